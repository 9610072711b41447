// Where a session's records go: what GLIMPSE_DEST names.
//
//   jsonl alone    collector ─▶ OutputFiles                      the collector writes them itself
//   anything else  collector ─▶ Delivery ─▶ queue ─▶ a Courier for each destination
//
//   create()  what can be wrong with the settings is told before a program is started
//   begin()   the session's folder is known
//   writer_of() … health()
//
// Threads: one thread asks for writers at a time. The Writers live as long as Outputs.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cli/output_files.h"
#include "glimpse/options.h"
#include "glimpse/result.h"
#include "writers/delivery/delivery.h"
#include "writers/otlp/dead_letter_box.h"
#include "writers/writer.h"

namespace glimpse::cli {

class Outputs {
 public:
  using Mode = OutputFiles::Mode;

  // An Error where a setting makes no sense.
  static Result<Outputs> create(const Options& options, Mode mode);

  // Opens the output file where it is the same for all processes, so that an Error comes before a program is started.
  Result<void> open_early();

  // The session in `folder` begins, or is taken over.
  Result<void> begin(const std::string& folder);

  // The Writer for a process, as Collector asks for it.
  Result<writers::Writer*> writer_of(std::uint32_t pid);

  // Records that are not in the output: its disk was nearly full, or the reader of standard output had left.
  std::uint64_t unread() const { return has_files() ? files_->unread() : 0; }

  bool is_standard_output() const { return has_files() && files_->is_standard_output(); }

  // What messages call them: `trace-%p.jsonl`, `standard output`, `trace.jsonl and trace.db`.
  std::string name() const;

  // How destinations behind the queue fare; empty where there is none.
  std::vector<writers::DestinationHealth> health() const;

 private:
  bool has_files() const;
  bool has_queue(const std::string& folder) const;
  std::unique_ptr<writers::Destination> make(Destination destination, const std::string& folder);
  std::unique_ptr<writers::otlp::DeadLetterBox> dead_letters() const;
  std::unique_ptr<writers::Destination> scrubbed(Destination destination,
                                                 std::unique_ptr<writers::Destination> made) const;

  Options options_;
  OutputFiles::PatternsPointer patterns_;  // more to scrub; null where there are none
  std::unique_ptr<OutputFiles> files_;     // Destinations know where it is
  std::unique_ptr<writers::delivery::Delivery> delivery_;
};

}  // namespace glimpse::cli
