// What the OpenTelemetry specification asks of records beyond their form: ids, names, times, attributes.
import { levels } from "./definitions.mjs";
import { Refused } from "./refused.mjs";

// The attributes of semantic conventions that glimpse writes, and the type that each must have.
const attribute_types = {
  "service.name": "stringValue",
  "host.name": "stringValue",
  "process.pid": "intValue",
  "process.executable.path": "stringValue",
  "code.function.name": "stringValue",
  "code.file.path": "stringValue",
  "code.line.number": "intValue",
  "thread.id": "intValue",
  "thread.name": "stringValue",
  "exception.type": "stringValue",
  "exception.message": "stringValue",
  "exception.stacktrace": "stringValue",
};

function check(condition, where, sentence) {
  if (!condition) throw new Refused(`${where}: ${sentence}`);
}

function check_id(id, length, where, may_be_empty) {
  const size = id?.length ?? 0;
  if (size === 0 && may_be_empty) return;
  check(size === length, where, `${size} bytes, not ${length}`);
  check(id.some((byte) => byte !== 0), where, "all zero");
}

function check_attributes(attributes, where) {
  const keys = new Set();
  for (const [i, attribute] of (attributes ?? []).entries()) {
    const here = `${where}.attributes[${i}]`;
    check(attribute.key, here, "no key");
    check(!keys.has(attribute.key), here, `${attribute.key} is given twice`);
    keys.add(attribute.key);
    check(attribute.value !== undefined, here, `${attribute.key} has no value`);
    const wanted = attribute_types[attribute.key];
    check(!wanted || attribute.value[wanted] !== undefined, here, `${attribute.key} must be a ${wanted}`);
  }
  return keys;
}

function check_span(span, where) {
  check_id(span.traceId, 16, `${where}.traceId`, false);
  check_id(span.spanId, 8, `${where}.spanId`, false);
  check_id(span.parentSpanId, 8, `${where}.parentSpanId`, true);
  check(!span.parentSpanId?.length || Buffer.compare(span.spanId, span.parentSpanId) !== 0, where, "its own parent");
  check(span.name, where, "no name");
  check(span.kind > 0, where, "no kind: SPAN_KIND_UNSPECIFIED is not to be sent");
  const start = BigInt(span.startTimeUnixNano ?? 0);
  const end = BigInt(span.endTimeUnixNano ?? 0);
  check(start > 0n, where, "no startTimeUnixNano");
  check(end >= start, where, `ends at ${end}, before it starts at ${start}`);
  check((span.flags ?? 0) < 1024, where, "flags above the defined bits");
  check_attributes(span.attributes, where);
  for (const [i, event] of (span.events ?? []).entries()) {
    const here = `${where}.events[${i}]`;
    check(event.name, here, "no name");
    check(BigInt(event.timeUnixNano ?? 0) > 0n, here, "no timeUnixNano");
    const keys = check_attributes(event.attributes, here);
    check(event.name !== "exception" || keys.has("exception.type") || keys.has("exception.message"), here,
          "neither exception.type nor exception.message");
  }
  for (const [i, link] of (span.links ?? []).entries()) {
    check_id(link.traceId, 16, `${where}.links[${i}].traceId`, false);
    check_id(link.spanId, 8, `${where}.links[${i}].spanId`, false);
    check_attributes(link.attributes, `${where}.links[${i}]`);
  }
  check(!span.status?.message || span.status.code === 2, where, "a status message without STATUS_CODE_ERROR");
}

function check_log_record(record, where) {
  check(BigInt(record.timeUnixNano ?? 0) > 0n || BigInt(record.observedTimeUnixNano ?? 0) > 0n, where, "no time");
  check_id(record.traceId, 16, `${where}.traceId`, true);
  check_id(record.spanId, 8, `${where}.spanId`, true);
  check(!record.spanId?.length || record.traceId?.length, where, "a spanId without a traceId");
  check((record.flags ?? 0) < 256, where, "flags above the defined bits");
  check_attributes(record.attributes, where);
}

// Calls `visit(record, resource, scope)` for each span or log record, after all of them have been found right.
export function check_request(signal, request, visit) {
  const [resources, scopes, records] = levels[signal];
  const found = [];
  for (const [i, of_resource] of (request[resources] ?? []).entries()) {
    const where = `${resources}[${i}]`;
    const keys = check_attributes(of_resource.resource?.attributes, `${where}.resource`);
    check(keys.has("service.name"), where, "its resource has no service.name");
    check(of_resource[scopes]?.length, where, `no ${scopes}`);
    for (const [j, of_scope] of of_resource[scopes].entries()) {
      const here = `${where}.${scopes}[${j}]`;
      check_attributes(of_scope.scope?.attributes, `${here}.scope`);
      check(of_scope[records]?.length, here, `no ${records}`);
      for (const [k, record] of of_scope[records].entries()) {
        (signal === "traces" ? check_span : check_log_record)(record, `${here}.${records}[${k}]`);
        found.push([record, of_resource.resource, of_scope.scope]);
      }
    }
  }
  check(found.length > 0, "request", "without a single record");
  for (const [record, resource, scope] of found) visit(record, resource, scope);
  return found.length;
}
