// What programs have set on spans and logs, as JSON: attributes, events, links and tags.
//
//   {"user":"jane","items":3,"ok":true,"big":"9007199254740993","ratio":"NaN"}
//
// Integers beyond 2^53 and numbers that JSON has not (NaN, Infinity, -Infinity) are strings. Where a key was set more
// than once, the last value holds.
//
// Threads: pure functions. Failure: none; text that is not UTF-8 gets U+FFFD.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "writers/record.h"

namespace glimpse::writers {

// Those that hold: of each key the last one.
std::vector<const Field*> effective_fields(const std::vector<Field>& fields);

// `"NaN"`, `"Infinity"`, `"-Infinity"` without their quotes; empty where `value` is a number.
std::string_view word_for(double value);

// An object of keys and values.
void append_fields(std::string& out, const std::vector<Field>& fields);

// `[{"name":"retry","timestamp":"2026-…Z","attributes":{}}]`; attributes are absent where there are none.
void append_events(std::string& out, const std::vector<SpanEvent>& events);

// `[{"trace_id":"…","span_id":"…","attributes":{}}]`
void append_links(std::string& out, const std::vector<SpanLink>& links);

// An array of strings.
void append_texts(std::string& out, const std::vector<std::string_view>& texts);

std::string_view kind_name(SpanKind kind);        // `server`
std::string_view status_name(SpanStatus status);  // `ok`

}  // namespace glimpse::writers
