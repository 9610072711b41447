// The official OpenTelemetry protobuf definitions, as files in an npm package carry them.
//
// Failure: throws where the packages are not installed; the build installs them (CMakeLists.txt).
import { createRequire } from "node:module";
import path from "node:path";

// `modules` is a folder that `npm ci` has filled.
export function load_definitions(modules) {
  const require = createRequire(path.join(path.resolve(modules), "here.js"));
  const protobuf = require("protobufjs");
  const folder = path.dirname(require.resolve("@elastic/mockotlpserver/package.json"));
  const root = new protobuf.Root();
  root.resolvePath = (_, target) => path.join(folder, target);
  root.loadSync([
    "opentelemetry/proto/collector/trace/v1/trace_service.proto",
    "opentelemetry/proto/collector/logs/v1/logs_service.proto",
  ]);
  root.resolveAll();
  const signal = (name, service, rejected) => ({
    name,
    request: root.lookupType(`opentelemetry.proto.collector.${service}Request`),
    response: root.lookupType(`opentelemetry.proto.collector.${service}Response`),
    rejected,
  });
  return {
    protobuf,
    signals: new Map([
      ["/v1/traces", signal("traces", "trace.v1.ExportTraceService", "rejectedSpans")],
      ["/v1/logs", signal("logs", "logs.v1.ExportLogsService", "rejectedLogRecords")],
    ]),
  };
}

// What the elements of a request are called, by signal.
export const levels = {
  traces: ["resourceSpans", "scopeSpans", "spans"],
  logs: ["resourceLogs", "scopeLogs", "logRecords"],
};
