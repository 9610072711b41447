// The files (or standard output) that records go to as lines or as a recording.
//
//   GLIMPSE_LOG_PATH  trace.jsonl   one Writer, shared by all processes
//                     trace-%p.jsonl  one Writer for each process
//                     -             standard output; when its reader goes away, records are thrown away from then on
//
// GLIMPSE_FORMAT says of what: lines of JSON, or a recording. With GLIMPSE_SCRUB=all their texts are scrubbed.
//
// Threads: one thread asks for writers at a time. The Writers live as long as OutputFiles.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "glimpse/options.h"
#include "glimpse/result.h"
#include "writers/field_set.h"
#include "writers/file_rules.h"
#include "writers/rotating_file.h"
#include "writers/scrub/patterns.h"
#include "writers/writer.h"

namespace glimpse::cli {

class OutputFiles {
 public:
  using PatternsPointer = std::shared_ptr<const writers::scrub::Patterns>;
  enum class Mode : std::uint8_t { kStartAnew, kAppend };

  // An Error where the keys of GLIMPSE_FIELDS are not known, or a recording would go to a terminal.
  // `patterns`: more to scrub; may be null.
  static Result<OutputFiles> create(const Options& options, Mode mode, PatternsPointer patterns);

  // Opens the output where it is the same for all processes, so that an Error comes before a program is started.
  Result<void> open_early();

  // The Writer for a process, as Collector asks for it.
  Result<writers::Writer*> writer_of(std::uint32_t pid);

  // Records that are not in the output: its disk was nearly full, or the reader of standard output had left.
  std::uint64_t unread() const;

  bool is_standard_output() const { return path_ == "-"; }

  // What messages call it: `trace-%p.jsonl`, `standard output`.
  std::string name() const { return is_standard_output() ? "standard output" : path_; }

 private:
  std::unique_ptr<writers::Writer> writer_to(writers::RotatingFile file) const;

  std::string path_;
  Format format_ = Format::kJsonl;
  Mode mode_ = Mode::kAppend;
  writers::FieldSet fields_;
  writers::FileRules rules_;
  bool scrubbed_ = false;
  PatternsPointer patterns_;
  bool trace_ids_ = false;
  std::map<std::string, std::unique_ptr<writers::Writer>> writers_;  // by expanded path
};

}  // namespace glimpse::cli
