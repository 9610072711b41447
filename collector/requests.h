// What somebody asks the collector for while a process runs: everything up to now in the output, or what its rings
// hold.
//
//   header: wanted (process, `glimpse ctl`) ──▶ note() ──▶ drained up to then? ──▶ flush ──▶ answer() ──▶ header: done
//
// Threads: the collector's.
#pragma once

#include <cstdint>
#include <optional>

#include "glimpse/wire/process_file.h"

namespace glimpse::collector {

class Requests {
 public:
  explicit Requests(wire::ProcessHeader& header);

  // Looks whether somebody asks. `now_ns`: on the process's clock.
  template <typename Clock>
  void note(Clock now_ns) {
    if (pending_) return;
    const std::uint32_t flush = header_.flush_wanted.load(std::memory_order_acquire);
    const std::uint32_t snapshot = header_.snapshot_wanted.load(std::memory_order_acquire);
    if (flush == header_.flush_done.load(std::memory_order_relaxed) &&
        snapshot == header_.snapshot_done.load(std::memory_order_relaxed)) {
      return;
    }
    pending_ = Pending{flush, snapshot, now_ns()};
  }

  // Everything up to this time is to be in the output; nothing where nobody asks.
  std::optional<std::int64_t> until_ns() const;

  // It is.
  void answer();

  // The process is gone: nobody needs to wait for anything.
  void answer_all();

 private:
  struct Pending {
    std::uint32_t flush;
    std::uint32_t snapshot;
    std::int64_t until_ns;
  };

  void tell(std::uint32_t flush, std::uint32_t snapshot);

  wire::ProcessHeader& header_;
  std::optional<Pending> pending_;
};

}  // namespace glimpse::collector
