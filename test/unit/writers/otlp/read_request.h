// A request of OTLP read back, from either form, by readers that share nothing with the encoders.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace glimpse::writers::otlp {

struct ReadEvent {
  std::string name;
  std::uint64_t time = 0;
  std::map<std::string, std::string> attributes;
};

struct ReadLink {
  std::string trace_id, span_id;
  std::map<std::string, std::string> attributes;
};

// A span or a log record: each uses its own fields. Attributes are text, `["a","b"]` for arrays.
struct ReadItem {
  std::string trace_id, span_id, parent_span_id;  // hexadecimal
  std::string name;
  std::int64_t kind = 0;
  std::uint64_t begin = 0, end = 0;
  std::uint64_t flags = 0;
  std::map<std::string, std::string> attributes;
  std::vector<ReadEvent> events;
  std::vector<ReadLink> links;
  std::string tracestate;
  std::string scope;
  std::int64_t status = 0;
  std::string status_message;

  std::int64_t severity = 0;
  std::string severity_text, body;
};

struct ReadResource {
  std::map<std::string, std::string> attributes;
  std::string scope, scope_version;
  std::vector<ReadItem> items;
};

// Fails the test where the bytes are no such request.
std::vector<ReadResource> read_protobuf(std::string_view body, bool traces);
std::vector<ReadResource> read_json(std::string_view body, bool traces);

std::string gunzipped(std::string_view bytes);

}  // namespace glimpse::writers::otlp
