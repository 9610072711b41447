// Shows that the receiver can be trusted: it takes good requests, refuses each of the bad ones below for the reason
// that is given, plays each of its faults, and counts right.
//
//   node self_test.mjs --modules DIR
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import https from "node:https";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import zlib from "node:zlib";

import { load_definitions } from "./definitions.mjs";
import { Ledger } from "./ledger.mjs";
import { Receiver } from "./receiver.mjs";

const { modules } = parseArgs({ options: { modules: { type: "string" } } }).values;
const { signals, protobuf } = load_definitions(modules);
const work = fs.mkdtempSync(path.join(os.tmpdir(), "otlp-self-test-"));
const protobuf_type = "application/x-protobuf";
const json_type = "application/json";

// --- Good requests, and how to break them.

const trace_id = "0123456789abcdef0123456789abcdef";
const span_id = "fedcba9876543210";
const text = (key, value) => ({ key, value: { stringValue: value } });
const number = (key, value) => ({ key, value: { intValue: String(value) } });

const good_traces = () => ({
  resourceSpans: [{
    resource: { attributes: [text("service.name", "app"), number("process.pid", 4711)] },
    scopeSpans: [{
      scope: { name: "glimpse", version: "1" },
      spans: [{
        traceId: trace_id,
        spanId: span_id,
        parentSpanId: "00000000000000ff",
        name: "app::load(int)",
        kind: 1,
        startTimeUnixNano: "1700000000000000001",
        endTimeUnixNano: "1700000000000000002",
        attributes: [text("code.function.name", "app::load"), number("code.line.number", 7),
                     { key: "list", value: { arrayValue: { values: [{ boolValue: true }, { doubleValue: 0.5 }] } } }],
        events: [{ timeUnixNano: "1700000000000000002", name: "exception", attributes: [text("exception.type", "E")] }],
        status: { code: 2, message: "no digit" },
      }],
    }],
  }],
});
const good_logs = () => ({
  resourceLogs: [{
    resource: { attributes: [text("service.name", "app")] },
    scopeLogs: [{
      scope: { name: "glimpse" },
      logRecords: [{ timeUnixNano: "1700000000000000001", severityNumber: 9, body: { stringValue: "hello" },
                     traceId: trace_id, spanId: span_id }],
    }],
  }],
});
const span_of = (request) => request.resourceSpans[0].scopeSpans[0].spans[0];
const log_of = (request) => request.resourceLogs[0].scopeLogs[0].logRecords[0];

// The same request in the binary form. protobufjs writes what it is given, wrong or not.
function binary(request, url = "/v1/traces") {
  const copy = JSON.parse(JSON.stringify(request), (key, value) =>
    ["traceId", "spanId", "parentSpanId"].includes(key) ? Buffer.from(value, "hex") : value);
  const type = signals.get(url).request;
  return Buffer.from(type.encode(type.fromObject(copy)).finish());
}

const changed = (make, of, change) => {
  const request = make();
  change(of(request), request);
  return request;
};
const traces = (change) => changed(good_traces, span_of, change);
const logs = (change) => changed(good_logs, log_of, change);
const request = (body, headers = {}, url = "/v1/traces") => ({
  url,
  body: typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body),
  headers: { "Content-Type": json_type, ...headers },
});
const encoded = (body, url = "/v1/traces") =>
  request(Buffer.isBuffer(body) ? body : binary(body, url), { "Content-Type": protobuf_type }, url);
// Bytes for a span, wrapped into the three messages around it, and into the resource that must be there.
const inside_span = (...parts) => {
  const wrap = (tag, bytes) => protobuf.Writer.create().uint32(tag).bytes(bytes).finish();
  const resource = wrap(10, wrap(10, Buffer.concat([wrap(10, Buffer.from("service.name")), wrap(18, wrap(10, Buffer.from("a")))])));
  return encoded(wrap(10, Buffer.concat([resource, wrap(18, wrap(18, Buffer.concat(parts)))])));
};
const good_span = Buffer.concat([
  Buffer.from("0a10" + trace_id + "1208" + span_id + "2a0161" + "3001", "hex"),
  Buffer.from("390100000000000000" + "410200000000000000", "hex"),
]);
const hex = (digits) => Buffer.from(digits, "hex");

const good = {
  "traces, JSON": request(good_traces()),
  "traces, protobuf": encoded(good_traces()),
  "traces, protobuf by hand": inside_span(good_span),
  "traces, gzip": request(zlib.gzipSync(JSON.stringify(good_traces())), { "Content-Encoding": "gzip" }),
  "logs, JSON": request(good_logs(), {}, "/v1/logs"),
  "logs, protobuf": encoded(good_logs(), "/v1/logs"),
  "a root span": request(traces((span) => delete span.parentSpanId)),
  "an empty parent": request(traces((span) => (span.parentSpanId = ""))),
  "a span without time": request(traces((span) => (span.endTimeUnixNano = span.startTimeUnixNano))),
  "a log record without a trace": request(logs((log) => (delete log.traceId, delete log.spanId)), {}, "/v1/logs"),
  "a key in a text": request(traces((span) => (span.name = '{"name":"a","name":"b"}'))),
};

// Name: [request, what the reason must say].
const both = (name, change, reason) => ({
  [`${name}, JSON`]: [request(traces(change)), reason],
  [`${name}, protobuf`]: [encoded(traces(change)), reason],
});
const both_logs = (name, change, reason) => ({
  [`${name}, JSON`]: [request(logs(change), {}, "/v1/logs"), reason],
  [`${name}, protobuf`]: [encoded(logs(change), "/v1/logs"), reason],
});
const json_text = (from, to) => request(JSON.stringify(good_traces()).replace(from, to));
const bad = {
  // HTTP
  "another path": [request(good_traces(), {}, "/v1/metrics"), /no signal/],
  "another method": [{ ...request(good_traces()), method: "PUT" }, /not POST/],
  "no content type": [{ ...request(good_traces()), headers: {} }, /Content-Type/],
  "another content type": [request(good_traces(), { "Content-Type": "text/json" }), /Content-Type/],
  "JSON that claims to be protobuf": [request(good_traces(), { "Content-Type": protobuf_type }), /no field|wire type/],
  "protobuf that claims to be JSON": [request(binary(good_traces())), /UTF-8|no JSON/],
  "an unknown encoding": [request(good_traces(), { "Content-Encoding": "deflate" }), /Content-Encoding/],
  "gzip without the header": [request(zlib.gzipSync(JSON.stringify(good_traces()))), /UTF-8/],
  "the header without gzip": [request(good_traces(), { "Content-Encoding": "gzip" }), /gzip/],
  "gzip cut off": [request(zlib.gzipSync(JSON.stringify(good_traces())).subarray(0, 60), { "Content-Encoding": "gzip" }), /gzip/],
  "a large body": [request("x".repeat(100001)), /more than/],
  "a large body that was packed": [request(zlib.gzipSync("x".repeat(100001)), { "Content-Encoding": "gzip" }), /gzip/],
  // Protobuf
  "an unknown field": [inside_span(good_span, hex("b80601")), /no field 103/],
  "a reserved field": [inside_span(good_span, hex("c23e00")), /no field 1000/],
  "field 0": [inside_span(good_span, hex("0000")), /no field 0/],
  "a wrong wire type": [inside_span(good_span, hex("2801")), /wire type 0, not 2/],
  "a time as a varint": [inside_span(good_span.subarray(0, 33), hex("3801")), /wire type 0, not 1/],
  "a count as text": [inside_span(good_span, hex("520161")), /wire type 2, not 0/],
  "a group": [inside_span(good_span, hex("7b7c")), /wire type 3/],
  "a field twice": [inside_span(good_span, hex("2a0162")), /twice/],
  "a oneof twice": [inside_span(good_span, hex("4a0a0a016112050a01611001")), /twice/],
  "a length beyond its message": [inside_span(good_span, hex("1a7f")), /longer than/],
  "cut off": [encoded(binary(good_traces()).subarray(0, -3)), /longer than/],
  "a time cut off": [inside_span(good_span.subarray(0, 42), hex("4101")), /cut off/],
  "a varint cut off": [inside_span(good_span, hex("5080")), /cut off/],
  "an endless varint": [inside_span(good_span, hex("50" + "ff".repeat(12))), /10 bytes/],
  "a varint above 64 bits": [inside_span(good_span, hex("50" + "ff".repeat(9) + "7f")), /64 bits/],
  "a bool of 2": [inside_span(good_span, hex("4a070a016112021002")), /no bool/],
  "a count above 32 bits": [inside_span(good_span, hex("508080808010")), /32 bits/],
  "no UTF-8": [inside_span(good_span, hex("1a02c328")), /UTF-8/],
  "an unknown kind, protobuf": [inside_span(Buffer.concat([good_span.subarray(0, 31), hex("3009"), good_span.subarray(33)])), /no SpanKind/],
  "an unknown severity, protobuf": [encoded(logs((log) => (log.severityNumber = 25)), "/v1/logs"), /no SeverityNumber/],
  // JSON
  "no JSON": [request("{"), /no JSON/],
  "an array": [request([]), /array where an object/],
  "a key twice": [json_text('"kind":1', '"kind":1,"kind":2'), /twice/],
  "an unknown key": [request(traces((span) => (span.colour = "red"))), /no such key/],
  "a key with underscores": [request(traces((span) => (span.start_time_unix_nano = "1"))), /no such key/],
  "a key of JavaScript": [request(traces((span) => (span.constructor = "1"))), /no such key/],
  "null": [request(traces((span) => (span.traceState = null))), /null/],
  "an id in base64": [request(traces((span) => (span.spanId = "/ty6mHZUMhA="))), /hexadecimal/],
  "half a byte": [request(traces((span) => (span.spanId = "abc"))), /hexadecimal/],
  "an enum name": [request(traces((span) => (span.kind = "SPAN_KIND_INTERNAL"))), /enum number/],
  "an unknown kind, JSON": [request(traces((span) => (span.kind = 9))), /SpanKind/],
  "a time as a number": [request(traces((span) => (span.startTimeUnixNano = 1700000000000000001))), /decimal text/],
  "a time with a point": [request(traces((span) => (span.startTimeUnixNano = "1.5"))), /decimal text/],
  "a negative time": [request(traces((span) => (span.startTimeUnixNano = "-1"))), /fixed64/],
  "a time above 64 bits": [request(traces((span) => (span.endTimeUnixNano = "18446744073709551616"))), /fixed64/],
  "an integer attribute as a number": [request(traces((span) => (span.attributes[1].value.intValue = 7))), /decimal text/],
  "a count as text, JSON": [request(traces((span) => (span.droppedEventsCount = "1"))), /uint32/],
  "a oneof twice, JSON": [request(traces((span) => (span.attributes[0].value.boolValue = true))), /second member/],
  "an object for an array": [request(traces((span) => (span.events = span.events[0]))), /where an array/],
  "half a surrogate": [json_text('"app::load(int)"', '"\\ud800"'), /Unicode/],
  "a bool as text": [request(traces((span) => (span.attributes[2].value.arrayValue.values[0].boolValue = "true"))), /true or false/],
  "a double as text": [request(traces((span) => (span.attributes[2].value = { doubleValue: "0.5" }))), /a number/],
  "a number for a text": [request(traces((span) => (span.traceState = 5))), /text/],
  "a number for an id": [request(traces((span) => (span.traceId = 5))), /text/],
  "bytes that are no base64": [request(traces((span) => (span.attributes[2].value = { bytesValue: "*" }))), /base64/],
  // Rules
  "nothing": [encoded(Buffer.alloc(0)), /without a single record/],
  "nothing, JSON": [request({}), /without a single record/],
  "no scopes": [request(traces((_, whole) => (whole.resourceSpans[0].scopeSpans = []))), /no scopeSpans/],
  "no spans": [request(traces((_, whole) => (whole.resourceSpans[0].scopeSpans[0].spans = []))), /no spans/],
  "no service": [request(traces((_, whole) => whole.resourceSpans[0].resource.attributes.shift())), /service.name/],
  ...both("no trace id", (span) => delete span.traceId, /0 bytes, not 16/),
  ...both("a short trace id", (span) => (span.traceId = span_id), /8 bytes, not 16/),
  ...both("a zero trace id", (span) => (span.traceId = "0".repeat(32)), /all zero/),
  ...both("no span id", (span) => (span.spanId = ""), /0 bytes, not 8/),
  ...both("a long span id", (span) => (span.spanId = trace_id), /16 bytes, not 8/),
  ...both("a zero span id", (span) => (span.spanId = "0".repeat(16)), /all zero/),
  ...both("a zero parent", (span) => (span.parentSpanId = "0".repeat(16)), /all zero/),
  ...both("its own parent", (span) => (span.parentSpanId = span.spanId), /own parent/),
  ...both("no name", (span) => (span.name = ""), /no name/),
  ...both("no kind", (span) => delete span.kind, /no kind/),
  ...both("an end before its start", (span) => (span.endTimeUnixNano = "1"), /before it starts/),
  ...both("no start", (span) => delete span.startTimeUnixNano, /no startTimeUnixNano/),
  ...both("no end", (span) => delete span.endTimeUnixNano, /before it starts/),
  ...both("an attribute twice", (span) => span.attributes.push(span.attributes[0]), /twice/),
  ...both("an attribute without key", (span) => (span.attributes[0].key = ""), /no key/),
  ...both("an attribute without value", (span) => delete span.attributes[0].value, /no value/),
  ...both("a line as text", (span) => (span.attributes[1].value = { stringValue: "7" }), /must be a intValue/),
  ...both("undefined flags", (span) => (span.flags = 1024), /flags/),
  ...both("a link without trace id", (span) => (span.links = [{ spanId: span_id }]), /links.*0 bytes, not 16/),
  ...both("a link without span id", (span) => (span.links = [{ traceId: trace_id }]), /links.*0 bytes, not 8/),
  ...both("an event without name", (span) => delete span.events[0].name, /no name/),
  ...both("an event without time", (span) => delete span.events[0].timeUnixNano, /no timeUnixNano/),
  ...both("an exception without type", (span) => (span.events[0].attributes = []), /neither/),
  ...both("a status message without an error", (span) => (span.status.code = 0), /STATUS_CODE_ERROR/),
  ...both_logs("a log record without time", (log) => delete log.timeUnixNano, /no time/),
  ...both_logs("a log record's short trace id", (log) => (log.traceId = span_id), /8 bytes, not 16/),
  ...both_logs("a log record's short span id", (log) => (log.spanId = "ff"), /1 bytes, not 8/),
  ...both_logs("a log record's undefined flags", (log) => (log.flags = 256), /flags/),
  ...both_logs("a log record's span without trace", (log) => delete log.traceId, /without a traceId/),
};

// --- A plain client.

function send(port, { url, method = "POST", headers, body }, options = {}) {
  return new Promise((resolve) => {
    const client = options.ca ? https : http;
    const length = { "Content-Length": Buffer.byteLength(body) };
    const sent = client.request({ host: "127.0.0.1", port, path: url, method, headers: { ...length, ...headers }, agent: false,
                                  timeout: 300, ...options }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("error", (error) => resolve({ failure: error.code, status: response.statusCode }));
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) }));
    });
    sent.on("timeout", () => sent.destroy(Object.assign(new Error("no answer"), { code: "TIMEOUT" })));
    sent.on("error", (error) => resolve({ failure: error.code }));
    sent.end(body);
  });
}

async function with_receiver(settings, act) {
  const out = path.join(work, `out-${Math.random()}.jsonl`);
  const receiver = new Receiver({ modules, max_bytes: 100000, out, ...settings });
  const port = await receiver.listen(0);
  await act(port, receiver, () => fs.readFileSync(out, "utf8").trim().split("\n").map((line) => JSON.parse(line)));
  await receiver.close();
  return { counts: receiver.ledger.counts, out };
}

// --- The tests.

let passed = 0;
const failures = [];
async function test(name, act) {
  try {
    await act();
    ++passed;
  } catch (error) {
    failures.push(`${name}: ${error.message}`);
  }
}

for (const [name, sent] of Object.entries(good)) {
  await test(`takes: ${name}`, () => with_receiver({}, async (port, _, lines) => {
    const got = await send(port, sent);
    assert.equal(got.status, 200, got.body?.toString());
    assert.equal(got.headers["content-type"], sent.headers["Content-Type"]);
    assert.equal(got.body.toString(), sent.headers["Content-Type"] === json_type ? "{}" : "");
    const [record] = lines().filter((line) => line.kind === "span" || line.kind === "log");
    assert.equal(record.acknowledged, true);
    assert.equal(record.trace_id === "" || record.trace_id === trace_id, true);
  }));
}
for (const [name, [sent, reason]] of Object.entries(bad)) {
  await test(`refuses: ${name}`, () => with_receiver({}, async (port, receiver, lines) => {
    const got = await send(port, sent);
    assert.ok(got.status >= 400 && got.status < 500, `answered ${got.status ?? got.failure}`);
    const refused = lines().filter((line) => line.kind === "refused");
    assert.equal(refused.length, 1);
    assert.match(refused[0].reason, reason);
    assert.equal(receiver.ledger.counts.acknowledged_requests, 0);
  }));
}

await test("both forms say the same", async () => {
  const lines_of = (sent) => new Promise((resolve) => with_receiver({}, async (port, _, lines) => {
    await send(port, sent);
    resolve(lines().filter((line) => line.kind === "span"));
  }));
  assert.deepEqual(await lines_of(request(good_traces())), await lines_of(encoded(good_traces())));
});

const answers = {
  "429 retry-after=2": (got) => assert.deepEqual([got.status, got.headers["retry-after"]], [429, "2"]),
  "503 retry-after=date:5": (got) => assert.ok(Date.parse(got.headers["retry-after"]) > Date.now() + 4000),
  "502": (got) => assert.equal(got.status, 502),
  "504": (got) => assert.equal(got.status, 504),
  "400 message='not so'": (got) => assert.deepEqual(JSON.parse(got.body), { message: "not so" }),
  "partial rejected=3 message='too old'": (got) =>
    assert.deepEqual(JSON.parse(got.body), { partialSuccess: { rejectedSpans: "3", errorMessage: "too old" } }),
  "200 delay=100": (got) => assert.equal(got.status, 200),
  "200 bytes=5000": (got) => assert.equal(got.body.length, 5000),
  "307 header.Location=/else": (got) => assert.deepEqual([got.status, got.headers.location], [307, "/else"]),
  "reset-early": (got) => assert.ok(["ECONNRESET", "EPIPE"].includes(got.failure), got.failure),
  "reset-late": (got) => assert.equal(got.failure, "ECONNRESET"),
  "close-midway": (got) => assert.equal(got.failure, "ECONNRESET"),
  truncated: (got) => assert.equal(got.failure, "ECONNRESET"),
  garbage: (got) => assert.match(got.body.toString(), /<html>/),
  nonsense: (got) => assert.equal(got.failure, "HPE_INVALID_CONSTANT"),
  silent: (got) => assert.equal(got.failure, "TIMEOUT"),
};
for (const [step, look] of Object.entries(answers)) {
  await test(`plays: ${step}`, async () => {
    const { counts } = await with_receiver({ script: step }, async (port) => {
      look(await send(port, request(good_traces())));
      if (!step.startsWith("partial") && !step.startsWith("200")) {
        assert.equal((await send(port, request(good_traces()))).status, 200, "the next one is taken");
      }
    });
    assert.equal(counts.acknowledged_spans, 1);
    assert.equal(counts.refused, 0);
    assert.equal(counts.records_acknowledged_twice, 0);
    assert.equal(counts.batches_sent_again_after_acknowledgement, 0);
    assert.equal(counts.batches_sent_again_after_refusal, step.startsWith("400") ? 1 : 0);
    assert.equal(counts.sent_before_retry_after, step.includes("retry-after") ? 1 : 0);
  });
}
await test("plays steps in their order, so many times each", () =>
  with_receiver({ script: "2*503 # a comment\n429; 200" }, async (port) => {
    const statuses = [];
    for (let i = 0; i < 5; ++i) statuses.push((await send(port, request(good_traces()))).status);
    assert.deepEqual(statuses, [503, 503, 429, 200, 200]);
  }));
for (const script of ["never", "200 colour=red", "200 fast"]) {
  await test(`refuses the script: ${script}`, () => assert.throws(() => new Receiver({ modules, script }), /script/));
}

await test("counts a batch that is sent again after it was acknowledged", async () => {
  const { counts, out } = await with_receiver({}, async (port) => {
    await send(port, request(good_traces()));
    await send(port, request(good_traces()));
    await send(port, encoded(good_traces()));
  });
  assert.deepEqual([counts.batches_sent_again_after_acknowledgement, counts.records_acknowledged_twice], [1, 1]);
  assert.deepEqual([counts.acknowledged_requests, counts.acknowledged_spans], [3, 1]);
  assert.deepEqual(Ledger.of_file(out).counts, counts, "a file says the same");
});

await test("counts what was perhaps acknowledged as acknowledged, and once", async () => {
  for (const script of ["truncated; 503", "garbage; 503", "truncated; garbage; 200"]) {
    const { counts, out } = await with_receiver({ script }, async (port) => {
      for (let i = 0; i < script.split(";").length; ++i) await send(port, request(good_traces()));
    });
    assert.deepEqual([counts.acknowledged_spans, counts.different_spans, counts.records_acknowledged_twice], [1, 1, 0], script);
    assert.deepEqual(Ledger.of_file(out).counts, counts);
  }
});

await test("protobuf in error and partial answers", () =>
  with_receiver({ script: "400 message=no; partial rejected=1 message=old" }, async (port) => {
    const error = protobuf.Reader.create((await send(port, encoded(good_traces()))).body);
    assert.deepEqual([error.uint32(), error.string()], [18, "no"]);
    const partial = signals.get("/v1/traces").response.decode((await send(port, encoded(good_traces()))).body);
    assert.equal(partial.partialSuccess.errorMessage, "old");
  }));

await test("asks for a header", () =>
  with_receiver({ require_header: "Authorization: Bearer x" }, async (port) => {
    assert.equal((await send(port, request(good_traces()))).status, 401);
    assert.equal((await send(port, request(good_traces(), { Authorization: "Bearer x" }))).status, 200);
  }));

await test("speaks TLS, and stops cleanly as a program", async () => {
  const [key, cert] = [path.join(work, "key.pem"), path.join(work, "cert.pem")];
  execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                           "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert],
               { stdio: "ignore" });
  for (const [script, sent, status] of [["reset-late;200", request(good_traces()), 0], ["", request("{"), 1]]) {
    const program = spawn(process.execPath, [new URL("receiver.mjs", import.meta.url).pathname, "--modules", modules,
                                             "--tls-key", key, "--tls-cert", cert, "--script", script],
                          { stdio: ["ignore", "pipe", "inherit"] });
    const port = Number((await once(program.stdout, "data"))[0]);
    const options = { ca: fs.readFileSync(cert) };
    if (script !== "") assert.match((await send(port, sent, options)).failure, /ECONNRESET/);
    assert.equal((await send(port, sent, options)).status, status === 0 ? 200 : 400);
    program.kill("SIGTERM");
    assert.equal((await once(program, "exit"))[0], status);
  }
});

await test("runs a command, and has its status", async () => {
  for (const [line, status] of [['test -n "${OTEL_EXPORTER_OTLP_ENDPOINT#http://127.0.0.1:}"', 0], ["exit 7", 7]]) {
    const program = spawn(process.execPath, [new URL("receiver.mjs", import.meta.url).pathname, "--modules", modules, "--", "sh", "-c", line]);
    assert.equal((await once(program, "exit"))[0], status);
  }
});

fs.rmSync(work, { recursive: true });
for (const failure of failures) console.log(`FAILED ${failure}`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exit(failures.length === 0 && passed > 100 ? 0 : 1);
