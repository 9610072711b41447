// Keeps records away from a disk that is nearly full.
//
//   open ── less room than is to stay free ──▶ shut: no call begins any more, what has begun may end while the reserve
//   lasts shut ── clearly more room ───────────────▶ open: calls begin again
//
// A notice (reason "disk_full") stands where the gate shut, and one where it opened, each in the place of a record that
// is not written. So numbers stay in order; those of the records that are missing are missing. A summary always passes:
// it counts them as `dropped`, and not among its calls and records.
//
// Threads: one thread uses a DiskGate. Failure: a disk that does not tell how full it is has room.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "writers/file_rules.h"
#include "writers/record.h"

namespace glimpse::writers {

class DiskGate {
 public:
  // `name` is the file's, for messages.
  DiskGate(const FileRules& rules, std::string name);

  // Asked before each flush: the open file (-1: none that has a disk), and what is about to be written to it.
  void look(int fd, std::uint64_t waiting_bytes);

  // The same with an answer that is known. Of a small disk a tenth is enough.
  void look_at(std::uint64_t free_bytes, std::uint64_t disk_bytes, std::uint64_t waiting_bytes);

  // Every record passes. Only where not, pass() decides.
  bool is_open() const { return !busy_; }

  // Hands on to `put` what is to be written: the record, a notice in its place, or nothing.
  template <typename Put>
  void pass(const Call& record, const Put& put) {
    if (admits(record)) {
      put(record);
    } else if (const auto instead = notice_for(record)) {
      put(*instead);
    }
  }
  template <typename Record, typename Put>
  void pass(const Record& record, const Put& put) {
    if (admits_rare(record.pid)) put(record);
  }
  template <typename Put>
  void pass(const Summary& record, const Put& put) {
    put(corrected(record));
  }

  // Records that were not written.
  std::uint64_t dropped() const { return dropped_; }

 private:
  // What a process's records lack.
  struct Missing {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> calls;  // first and last id of those that were not begun
    std::uint64_t open = 0;                                      // of these, those that have not ended
    std::uint64_t begun = 0;                                     // calls of which nothing is written
    std::uint64_t entries = 0;                                   // log_entry records
    std::uint64_t records = 0;
  };

  bool admits(const Call& record);
  bool admits_rare(std::uint32_t pid);
  bool takes_of_reserve(std::uint64_t bytes);
  bool begins(const Call& record);
  std::optional<Notice> notice_for(const Call& record);
  Summary corrected(const Summary& record);
  static bool is_missing(const Missing& missing, std::uint64_t call_id);
  void drop(Missing& missing, bool is_entry);
  void rest_if_nothing_is_missing();

  FileRules rules_;
  std::string name_;
  bool busy_ = false;  // shut, or something is to be said, or calls that were not begun have not ended
  bool shut_ = false;
  bool notice_due_ = false;  // of what `shut_` says
  bool told_ = false;
  std::uint64_t reserve_ = 0;
  std::uint64_t dropped_ = 0;
  std::map<std::uint32_t, Missing> missing_;  // by process
  std::string message_;
};

}  // namespace glimpse::writers
