// The binary form of a request: every byte is walked along the definitions before protobufjs decodes it.
//
// A decoder skips what it does not know and takes the last of two. This walk refuses both: unknown and reserved
// fields, another wire type than the definition's, a field given twice, two members of one oneof, numbers that are too
// large for their type, enum numbers without a name, text that is no UTF-8, lengths that lead out of their message.
import { Refused } from "./refused.mjs";

const wire_types = {
  double: 1, float: 5, int32: 0, uint32: 0, sint32: 0, int64: 0, uint64: 0, sint64: 0,
  fixed32: 5, sfixed32: 5, fixed64: 1, sfixed64: 1, bool: 0, string: 2, bytes: 2,
};
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function varint(bytes, at, end, where) {
  let value = 0n;
  for (let i = 0; ; ++i) {
    if (at + i >= end) throw new Refused(`${where}: cut off within a varint`);
    if (i === 10) throw new Refused(`${where}: a varint of more than 10 bytes`);
    value |= BigInt(bytes[at + i] & 0x7f) << BigInt(7 * i);
    if (bytes[at + i] < 0x80) {
      if (value >= 1n << 64n) throw new Refused(`${where}: a varint above 64 bits`);
      return { value, at: at + i + 1 };
    }
  }
}

function check_number(field, value, where) {
  if (field.resolvedType) {
    if (field.resolvedType.valuesById[Number(BigInt.asIntN(64, value))] === undefined) {
      throw new Refused(`${where}: ${value} is no ${field.resolvedType.name}`);
    }
    return;
  }
  if (field.type === "bool" && value > 1n) throw new Refused(`${where}: ${value} is no bool`);
  if (field.type === "uint32" && value >= 1n << 32n) throw new Refused(`${where}: ${value} is above 32 bits`);
}

function walk(type, bytes, at, end, where) {
  const seen = new Set();
  while (at < end) {
    const tag = varint(bytes, at, end, where);
    at = tag.at;
    const number = Number(tag.value >> 3n);
    const wire_type = Number(tag.value & 7n);
    const field = type.fieldsById[number];
    if (field === undefined) throw new Refused(`${where}: ${type.name} has no field ${number}`);
    const here = `${where}.${field.name}`;
    const is_message = field.resolvedType !== null && field.resolvedType.fieldsById !== undefined;
    const expected = is_message ? 2 : field.resolvedType ? 0 : wire_types[field.type];
    if (wire_type !== expected) throw new Refused(`${here}: wire type ${wire_type}, not ${expected}`);
    if (!field.repeated) {
      const slot = field.partOf && !field.partOf.isProto3Optional ? `oneof ${field.partOf.name}` : field.name;
      if (seen.has(slot)) throw new Refused(`${here}: ${slot} is given twice`);
      seen.add(slot);
    }
    if (expected === 0) {
      const read = varint(bytes, at, end, here);
      check_number(field, read.value, here);
      at = read.at;
    } else if (expected === 2) {
      const length = varint(bytes, at, end, here);
      at = length.at;
      if (length.value > BigInt(end - at)) throw new Refused(`${here}: longer than the message around it`);
      const stop = at + Number(length.value);
      if (is_message) {
        walk(field.resolvedType, bytes, at, stop, here);
      } else if (field.type === "string") {
        try {
          utf8.decode(bytes.subarray(at, stop));
        } catch {
          throw new Refused(`${here}: no UTF-8`);
        }
      }
      at = stop;
    } else {
      at += expected === 1 ? 8 : 4;
      if (at > end) throw new Refused(`${here}: cut off`);
    }
  }
}

// The request as a plain object: names in lowerCamelCase, 64-bit numbers as decimal text, bytes as a Buffer.
export function decode(type, bytes) {
  walk(type, bytes, 0, bytes.length, type.name);
  return type.toObject(type.decode(bytes), { longs: String, bytes: Buffer });
}
