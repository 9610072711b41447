// Every record but calls as bytes: every field, in the order of writers/record.h.
//
// `has_roots`: whether the bytes are of kVersionOfRoots at least, and so what that version added is there.
//
// Failure: from bytes that end too early come zeroes and empty texts, and the reader has failed().
#pragma once

#include "writers/record.h"
#include "writers/recording/bytes.h"
#include "writers/recording/expectation.h"

namespace glimpse::writers::recording {

void put(ByteWriter& out, const Expectation& expected, const Process& record);
void put(ByteWriter& out, const Expectation& expected, const Thread& record);
void put(ByteWriter& out, const Expectation& expected, const Span& record);
void put(ByteWriter& out, const Expectation& expected, const Log& record);
void put(ByteWriter& out, const Expectation& expected, const Notice& record);
// Open calls are written without their functions: `function_ids` has the ids, in the same order.
void put(ByteWriter& out, const Expectation& expected, const Summary& record,
         const std::vector<std::uint32_t>& function_ids);

void take(ByteReader& in, const Expectation& expected, Process& record, bool has_roots);
void take(ByteReader& in, const Expectation& expected, Thread& record);
void take(ByteReader& in, const Expectation& expected, Span& record);
// `exception` is what the record points to, where it has one.
void take(ByteReader& in, const Expectation& expected, Log& record, Exception& exception);
void take(ByteReader& in, const Expectation& expected, Notice& record);
void take(ByteReader& in, const Expectation& expected, Summary& record, std::vector<std::uint32_t>& function_ids,
          bool has_roots);

}  // namespace glimpse::writers::recording
