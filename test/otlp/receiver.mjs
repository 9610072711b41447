// A strict OTLP/HTTP receiver that answers as a script says. README.md explains it.
//
//   otlp-receiver [--port N] [--out FILE [--append]] [--script FILE_OR_TEXT] [--max-bytes N]
//                 [--require-header 'NAME: VALUE'] [--tls-key FILE --tls-cert FILE [--client-ca FILE]] [-- COMMAND …]
//   otlp-receiver --count FILE
//
// A COMMAND is run with OTEL_EXPORTER_OTLP_ENDPOINT set, and ends the receiver; its status is the receiver's where it is
// not 0.
// It prints its port on a line of standard output as soon as it listens on 127.0.0.1. SIGTERM and SIGINT end it: status 0
// where no request broke a rule, 1 where one did, 2 where it was used wrongly. --count prints what a file of --out says.
import { spawn } from "node:child_process";
import crypto from "node:crypto";
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import https from "node:https";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import zlib from "node:zlib";

import { load_definitions } from "./definitions.mjs";
import { retry_after, Script } from "./faults.mjs";
import * as json_form from "./json_form.mjs";
import { Ledger, log_line, span_line } from "./ledger.mjs";
import { Refused } from "./refused.mjs";
import { check_request } from "./rules.mjs";
import * as wire_form from "./wire_form.mjs";

const forms = new Map([
  ["application/x-protobuf", wire_form],
  ["application/json", json_form],
]);

export class Receiver {
  #definitions;
  #settings;
  #script;
  #out;
  #requests = 0;
  #wait_until_ms = 0;
  ledger;

  // Settings: modules, script, out (a file), append, max_bytes, require_header, tls ({key, cert, ca}).
  constructor(settings) {
    this.#settings = settings;
    this.#definitions = load_definitions(settings.modules);
    this.#script = new Script(settings.script ?? "");
    const earlier = settings.append && fs.existsSync(settings.out);
    this.ledger = earlier ? Ledger.of_file(settings.out) : new Ledger();
    if (settings.out) this.#out = fs.openSync(settings.out, settings.append ? "a" : "w");
    const answer = (request, response) => void this.#serve(request, response);
    this.server = settings.tls ? https.createServer(settings.tls, answer) : http.createServer(answer);
    this.server.keepAliveTimeout = 60000;
    if (earlier) fs.writeSync(this.#out, "\n"); // an earlier receiver may have been killed within a line
    this.#note([{ kind: "begin" }]);
  }

  listen(port) {
    return new Promise((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(port, "127.0.0.1", () => resolve(this.server.address().port));
    });
  }

  async close() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    this.#note([{ kind: "summary", ...this.ledger.counts }]);
    if (this.#out !== undefined) fs.closeSync(this.#out);
  }

  #note(lines) {
    for (const line of lines) this.ledger.add(line);
    if (this.#out !== undefined) fs.writeSync(this.#out, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  }

  async #serve(request, response) {
    const number = ++this.#requests;
    const step = this.#script.next();
    const too_early = Date.now() < this.#wait_until_ms;
    request.on("error", () => {});
    response.on("error", () => {});
    try {
      if (step.answer === "reset-early") return this.#gone(number, step, too_early, () => reset(request.socket));
      if (step.answer === "close-midway") {
        await new Promise((resolve) => request.once("data", resolve).once("end", resolve).once("close", resolve));
        return this.#gone(number, step, too_early, () => request.socket.destroy());
      }
      const body = await read(request, this.#settings.max_bytes);
      await this.#judge(number, step, too_early, request, response, body);
    } catch (error) {
      if (!(error instanceof Refused)) return request.socket.destroy(); // the client went away
      this.#note([{ kind: "refused", request: number, reason: error.message }]);
      const type = request.headers["content-type"] === "application/json" ? "application/json" : "application/x-protobuf";
      response.writeHead(error.status, { "Content-Type": type, Connection: "close" });
      response.end(this.#status(type, error.message));
    }
  }

  #gone(number, step, too_early, end) {
    this.#note([{ kind: "request", request: number, step: step.text, acknowledged: false, too_early }]);
    end();
  }

  async #judge(number, step, too_early, request, response, body) {
    const signal = this.#definitions.signals.get(request.url);
    if (signal === undefined) throw new Refused(`no signal is sent to ${request.url}`, 404);
    if (request.method !== "POST") throw new Refused(`${request.method}, not POST`, 405);
    const type = request.headers["content-type"];
    const form = forms.get(type);
    if (form === undefined) throw new Refused(`Content-Type is ${type}`, 415);
    const [name, value] = this.#settings.require_header?.split(/:\s*/, 2) ?? [];
    if (name && request.headers[name.toLowerCase()] !== value) throw new Refused(`no header ${name}: ${value}`, 401);
    const bytes = unpack(request, body, this.#settings.max_bytes);
    const decoded = form.decode(signal.request, bytes);

    const takes = step.answer === "partial" || step.answer === "200";
    const accepts = step.answer === "truncated" || step.answer === "garbage" ? "perhaps" : takes;
    const records = [];
    const kind = signal.name === "traces" ? "span" : "log";
    const line_of = signal.name === "traces" ? span_line : log_line;
    check_request(signal.name, decoded, (...record) =>
      records.push({ kind, request: number, acknowledged: accepts, ...line_of(...record) }));
    const status = Number(step.answer);
    this.#note([
      {
        kind: "request",
        request: number,
        step: step.text,
        acknowledged: accepts,
        // Whether the sender must not send it again.
        final: takes || (status >= 400 && ![429, 502, 503, 504].includes(status)),
        too_early,
        path: request.url,
        content_type: type,
        content_encoding: request.headers["content-encoding"] ?? "",
        user_agent: request.headers["user-agent"] ?? "",
        sent_bytes: body.length,
        bytes: bytes.length,
        sha256: crypto.createHash("sha256").update(request.url).update(bytes).digest("hex"),
        records: records.length,
      },
      ...records,
    ]);
    if (step.delay) await new Promise((resolve) => setTimeout(resolve, Number(step.delay)));
    this.#answer(number, step, type, signal, request, response);
  }

  #answer(number, step, type, signal, request, response) {
    const success = (message) =>
      type === "application/json"
        ? JSON.stringify(signal.response.toObject(signal.response.fromObject(message), { longs: String }))
        : signal.response.encode(signal.response.fromObject(message)).finish();
    const headers = { "Content-Type": type, ...step.headers };
    let status = 200;
    let body = success({});
    switch (step.answer) {
      case "reset-late":
        return reset(request.socket);
      case "silent":
        return undefined;
      case "nonsense":
        request.socket.write("\u0016\u0003 this is no HTTP\r\n\r\n");
        return request.socket.end();
      case "truncated":
        response.writeHead(200, { ...headers, "Content-Length": 1000 });
        response.write("half of", () => this.#note([{ kind: "answered", request: number }]));
        return setTimeout(() => request.socket.destroy(), 20);
      case "garbage":
        body = Buffer.from("\u00ff<html>\u0000");
        break;
      case "partial":
        body = success({ partialSuccess: { [signal.rejected]: Number(step.rejected ?? 0), errorMessage: step.message ?? "" } });
        break;
      default:
        status = Number(step.answer);
        if (status !== 200) body = this.#status(type, step.message ?? `scripted ${status}`);
    }
    const wait = retry_after(step, Date.now());
    if (wait) {
      headers["Retry-After"] = wait.header;
      this.#wait_until_ms = wait.until_ms;
    }
    if (step.bytes) body = Buffer.alloc(Number(step.bytes), "x");
    headers["Content-Length"] = Buffer.byteLength(body);
    response.once("finish", () => this.#note([{ kind: "answered", request: number }]));
    response.writeHead(status, headers);
    response.end(body);
    return undefined;
  }

  // google.rpc.Status, which OTLP has errors told with: only its message, field 2.
  #status(type, message) {
    if (type === "application/json") return JSON.stringify({ message });
    return this.#definitions.protobuf.Writer.create().uint32(18).string(message).finish();
  }
}

function reset(socket) {
  (socket.encrypted ? socket._parent ?? socket : socket).resetAndDestroy();
}

async function read(request, max_bytes) {
  const { headers } = request;
  if (headers["content-length"] === undefined && headers["transfer-encoding"] === undefined) {
    throw new Refused("neither Content-Length nor Transfer-Encoding", 411);
  }
  if (Number(headers["content-length"] ?? 0) > max_bytes) throw new Refused(`more than ${max_bytes} bytes`, 413);
  const parts = [];
  let size = 0;
  await pipeline(request, async (source) => {
    for await (const part of source) {
      size += part.length;
      if (size <= max_bytes) parts.push(part);
    }
  });
  if (size > max_bytes) throw new Refused(`more than ${max_bytes} bytes`, 413);
  return Buffer.concat(parts);
}

function unpack(request, body, max_bytes) {
  const encoding = request.headers["content-encoding"];
  if (encoding === undefined) return body;
  if (encoding !== "gzip") throw new Refused(`Content-Encoding is ${encoding}`, 415);
  try {
    return zlib.gunzipSync(body, { maxOutputLength: max_bytes });
  } catch (error) {
    throw new Refused(`gzip: ${error.message}`, error.code === "ERR_BUFFER_TOO_LARGE" ? 413 : 400);
  }
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: Object.fromEntries(
      ["modules", "port", "out", "script", "max-bytes", "require-header", "tls-key", "tls-cert", "client-ca", "count"]
        .map((name) => [name, { type: "string" }])
        .concat([["append", { type: "boolean" }]]),
    ),
  });
  if (values.count !== undefined) {
    return console.log(JSON.stringify(Ledger.of_file(values.count).counts));
  }
  const tls = values["tls-key"] && {
    key: fs.readFileSync(values["tls-key"]),
    cert: fs.readFileSync(values["tls-cert"]),
    ...(values["client-ca"] && { ca: fs.readFileSync(values["client-ca"]), requestCert: true, rejectUnauthorized: true }),
  };
  const script = values.script ?? "";
  const receiver = new Receiver({
    modules: values.modules,
    script: fs.existsSync(script) ? fs.readFileSync(script, "utf8") : script,
    out: values.out,
    append: values.append,
    max_bytes: Number(values["max-bytes"] ?? 20 * 1024 * 1024),
    require_header: values["require-header"],
    tls,
  });
  const end = async (status = 0) => {
    await receiver.close();
    process.exit(status || (receiver.ledger.counts.refused > 0 ? 1 : 0));
  };
  process.on("SIGTERM", () => end());
  process.on("SIGINT", () => end());
  const port = await receiver.listen(Number(values.port ?? 0));
  if (positionals.length === 0) return console.log(port);
  const env = { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: `http${tls ? "s" : ""}://127.0.0.1:${port}` };
  const command = spawn(positionals[0], positionals.slice(1), { env, stdio: "inherit" });
  const [status] = await once(command, "exit");
  return end(status ?? 1);
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  main().catch((error) => {
    console.error(`otlp-receiver: ${error.message}`);
    process.exit(2);
  });
}
