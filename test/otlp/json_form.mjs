// The JSON form of a request, as the OTLP specification narrows protobuf's: ids in hex, enums as numbers, 64-bit numbers
// as decimal text, keys in lowerCamelCase. Refused besides: unknown keys, keys given twice, null, and numbers that are
// too large or no whole numbers where the definition wants one.
import { Refused } from "./refused.mjs";

const hex_fields = new Set(["traceId", "spanId", "parentSpanId"]);
const wide = {
  int64: [-(1n << 63n), (1n << 63n) - 1n], sint64: [-(1n << 63n), (1n << 63n) - 1n], sfixed64: [-(1n << 63n), (1n << 63n) - 1n],
  uint64: [0n, (1n << 64n) - 1n], fixed64: [0n, (1n << 64n) - 1n],
};
const narrow = {
  int32: [-(2 ** 31), 2 ** 31 - 1], sint32: [-(2 ** 31), 2 ** 31 - 1], sfixed32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1], fixed32: [0, 2 ** 32 - 1],
};

// JSON.parse takes the last of two equal keys in silence. `text` is JSON already.
function refuse_double_keys(text) {
  const open = [];
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"(?:\s*:)?|[{}[\]]/gs)) {
    if (token === "{" || token === "[") {
      open.push(token === "{" ? new Set() : null);
    } else if (token === "}" || token === "]") {
      open.pop();
    } else if (token.endsWith(":")) {
      const key = JSON.parse(token.slice(0, -1));
      const keys = open[open.length - 1];
      if (keys.has(key)) throw new Refused(`the key ${key} is given twice`);
      keys.add(key);
    }
  }
}

function kind_of(value) {
  return value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
}

function scalar(field, value, where) {
  const want = (wanted) => {
    throw new Refused(`${where}: ${JSON.stringify(value)} where ${wanted} belongs`);
  };
  if (field.resolvedType) {
    if (!Number.isInteger(value)) want("an enum number");
    if (field.resolvedType.valuesById[value] === undefined) want(`a number of ${field.resolvedType.name}`);
    return value;
  }
  if (wide[field.type]) {
    if (typeof value !== "string" || !/^(0|-?[1-9][0-9]*)$/.test(value)) want("a 64-bit number as decimal text");
    const [least, most] = wide[field.type];
    if (BigInt(value) < least || BigInt(value) > most) want(field.type);
    return value;
  }
  if (narrow[field.type]) {
    const [least, most] = narrow[field.type];
    if (!Number.isInteger(value) || value < least || value > most) want(field.type);
    return value;
  }
  switch (field.type) {
    case "bool":
      if (typeof value !== "boolean") want("true or false");
      return value;
    case "double":
      if (["NaN", "Infinity", "-Infinity"].includes(value)) return Number(value);
      if (typeof value !== "number") want("a number");
      return value;
    case "string":
      if (typeof value !== "string") want("text");
      if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(value)) want("Unicode text");
      return value;
    case "bytes":
      if (typeof value !== "string") want("text");
      if (hex_fields.has(field.name)) {
        if (!/^([0-9a-fA-F]{2})*$/.test(value)) want("hexadecimal text");
        return Buffer.from(value, "hex");
      }
      if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value)) want("base64");
      return Buffer.from(value, "base64");
    default:
      return want(`a ${field.type}, of which this receiver knows nothing`);
  }
}

function message(type, value, where) {
  if (kind_of(value) !== "object") throw new Refused(`${where}: ${kind_of(value)} where an object belongs`);
  const result = {};
  const chosen = new Set();
  for (const [key, given] of Object.entries(value)) {
    const here = `${where}.${key}`;
    const field = Object.hasOwn(type.fields, key) ? type.fields[key] : undefined;
    if (field === undefined) throw new Refused(`${here}: ${type.name} has no such key`);
    if (field.partOf) {
      if (chosen.has(field.partOf)) throw new Refused(`${here}: a second member of oneof ${field.partOf.name}`);
      chosen.add(field.partOf);
    }
    const is_message = field.resolvedType !== null && field.resolvedType.fieldsById !== undefined;
    const one = (element, place) =>
      is_message ? message(field.resolvedType, element, place) : scalar(field, element, place);
    if (field.repeated) {
      if (!Array.isArray(given)) throw new Refused(`${here}: ${kind_of(given)} where an array belongs`);
      result[key] = given.map((element, i) => one(element, `${here}[${i}]`));
    } else {
      result[key] = one(given, here);
    }
  }
  return result;
}

// As decode() of wire_form.mjs.
export function decode(type, bytes) {
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refused("the JSON is no UTF-8");
  }
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Refused(`no JSON: ${error.message}`);
  }
  refuse_double_keys(text);
  return message(type, value, type.name);
}
