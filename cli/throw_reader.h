// The throws of a trace: lines of JSON, or a recording.
//
// A line or block that cannot be read is told (`glimpse.jsonl:7: …`), and the rest is read.
// Memory: one line, or one block.
#pragma once

#include <cstdint>
#include <string>

#include "cli/issue_list.h"
#include "glimpse/result.h"

namespace glimpse::cli {

struct ReadThrows {
  std::uint64_t exceptions = 0;  // EXCEPTION records, with a fingerprint or without
  std::uint64_t problems = 0;    // lines or blocks that could not be read; they have been told
};

// `-` is standard input. An Error where the file cannot be read at all.
Result<ReadThrows> read_throws(const std::string& path, IssueList& issues);

}  // namespace glimpse::cli
