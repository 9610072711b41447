// What was received and acknowledged, as lines of a file and as counts.
//
// A line is written before the answer that it tells of, and `answered` after it, so that a receiver that is killed
// between the two has acknowledged nothing for sure. Several receivers may have appended to one file, one after another.
//
//   {"kind":"request", "request":7, "step":"503 retry-after=1", "acknowledged":false, "sha256":…, "records":512, …}
//   {"kind":"span", "request":7, "acknowledged":false, "trace_id":…, "span_id":…, "name":…, …}      or "log"
//   {"kind":"refused", "request":7, "reason":"…"}         the sender is wrong
//   {"kind":"answered", "request":7}
//   {"kind":"summary", …}
//
// "acknowledged" is true, false, or "perhaps": a 200 went out, and nothing sensible behind it. Who sent that batch may
// take it as arrived, and may send it again.
import crypto from "node:crypto";
import fs from "node:fs";

export class Ledger {
  counts = {
    requests: 0,
    refused: 0,
    acknowledged_requests: 0,
    acknowledged_spans: 0,
    acknowledged_logs: 0,
    different_spans: 0,
    different_logs: 0,
    records_acknowledged_twice: 0,
    batches_sent_again_after_acknowledgement: 0,
    batches_sent_again_after_refusal: 0,
    sent_before_retry_after: 0,
  };
  #waiting = new Map(); // request -> {batch, keys, acknowledged, final}
  #batches = new Map(); // sha256 -> "acknowledged" or "refused"
  #records = new Map(); // key -> {times, perhaps}: acknowledged how often, and whether perhaps

  // Takes a line, of this receiver or of an earlier one.
  add(line) {
    switch (line.kind) {
      case "begin":
        this.#waiting.clear();
        break;
      case "request": {
        ++this.counts.requests;
        if (line.too_early) ++this.counts.sent_before_retry_after;
        const before = this.#batches.get(line.sha256);
        if (before === "acknowledged") ++this.counts.batches_sent_again_after_acknowledgement;
        if (before === "refused") ++this.counts.batches_sent_again_after_refusal;
        this.#waiting.set(line.request, { batch: line.sha256, acknowledged: line.acknowledged, final: line.final, keys: [] });
        break;
      }
      case "span":
        this.#keep(line, "spans", `${line.trace_id}/${line.span_id}`);
        break;
      case "log": {
        const { request, acknowledged, ...rest } = line;
        this.#keep(line, "logs", crypto.createHash("sha256").update(JSON.stringify(rest)).digest("hex"));
        break;
      }
      case "refused":
        ++this.counts.refused;
        break;
      case "answered":
        this.#answered(this.#waiting.get(line.request));
        this.#waiting.delete(line.request);
        break;
    }
  }

  #keep(line, plural, key) {
    if (!this.#records.has(key)) {
      ++this.counts[`different_${plural}`];
      this.#records.set(key, { times: 0, perhaps: false });
    }
    this.#waiting.get(line.request)?.keys.push([plural, key]);
  }

  #answered(request) {
    if (request === undefined) return;
    if (request.final) this.#batches.set(request.batch, request.acknowledged ? "acknowledged" : "refused");
    if (!request.acknowledged) return;
    ++this.counts.acknowledged_requests;
    for (const [plural, key] of request.keys) {
      const record = this.#records.get(key);
      if (record.times === 0 && !record.perhaps) ++this.counts[`acknowledged_${plural}`];
      if (request.acknowledged === "perhaps") record.perhaps = true;
      else if (++record.times === 2) ++this.counts.records_acknowledged_twice;
    }
  }

  // All lines of a file; a last one that a kill has cut off is left out.
  static of_file(path) {
    const ledger = new Ledger();
    for (const line of fs.readFileSync(path, "utf8").split("\n")) {
      let parsed;
      try {
        parsed = JSON.parse(line);
      } catch {
        continue;
      }
      ledger.add(parsed);
    }
    return ledger;
  }
}

// A value of an attribute as JSON has it.
export function plain(value) {
  if (value?.stringValue !== undefined) return value.stringValue;
  if (value?.boolValue !== undefined) return value.boolValue;
  if (value?.intValue !== undefined) {
    const number = Number(value.intValue);
    return Number.isSafeInteger(number) ? number : value.intValue;
  }
  if (value?.doubleValue !== undefined) return value.doubleValue;
  if (value?.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(plain);
  if (value?.kvlistValue !== undefined) return attributes(value.kvlistValue.values);
  if (value?.bytesValue !== undefined) return value.bytesValue.toString("base64");
  return null;
}

export function attributes(list) {
  return Object.fromEntries((list ?? []).map(({ key, value }) => [key, plain(value)]));
}

export function span_line(span, resource, scope) {
  return {
    trace_id: span.traceId.toString("hex"),
    span_id: span.spanId.toString("hex"),
    parent_span_id: span.parentSpanId?.toString("hex") ?? "",
    name: span.name,
    span_kind: span.kind,
    start_ns: span.startTimeUnixNano,
    end_ns: span.endTimeUnixNano,
    attributes: attributes(span.attributes),
    events: (span.events ?? []).map((event) => ({
      name: event.name,
      time_ns: event.timeUnixNano,
      attributes: attributes(event.attributes),
    })),
    status: span.status?.code ?? 0,
    status_message: span.status?.message ?? "",
    resource: attributes(resource?.attributes),
    scope: scope?.name ?? "",
  };
}

export function log_line(record, resource, scope) {
  return {
    trace_id: record.traceId?.toString("hex") ?? "",
    span_id: record.spanId?.toString("hex") ?? "",
    time_ns: record.timeUnixNano ?? "0",
    severity: record.severityNumber ?? 0,
    severity_text: record.severityText ?? "",
    body: plain(record.body),
    attributes: attributes(record.attributes),
    resource: attributes(resource?.attributes),
    scope: scope?.name ?? "",
  };
}
