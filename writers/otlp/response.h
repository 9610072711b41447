// What a server answered, made of bytes that may be anything.
//
//   accepted   ExportTraceServiceResponse or ExportLogsServiceResponse: how much of the request was refused, and why
//   otherwise  google.rpc.Status: a sentence
//
// Both as protobuf or JSON, as Content-Type says. Bounded by kMaxResponseBytes, which the Transport keeps.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "writers/otlp/settings.h"

namespace glimpse::writers::otlp {

// Of a server's sentence, no more than this reaches people.
inline constexpr std::size_t kMaxSentenceBytes = 400;

struct PartialSuccess {
  bool understood = false;     // it is such an answer; an empty body is one
  std::uint64_t rejected = 0;  // items
  std::string message;         // a warning where nothing was rejected; one line of UTF-8
};

PartialSuccess read_accepted(std::string_view content_type, std::string_view body);

// The server's sentence, on one line; empty where there is none.
std::string read_refused(std::string_view content_type, std::string_view body);

}  // namespace glimpse::writers::otlp
