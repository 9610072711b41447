#include "writers/disk_gate.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include <algorithm>

#include "writers/writer.h"

namespace glimpse::writers {

namespace {

// For the ends of calls, notices and the like while it is shut. Summaries and what is counted too low come on top. One
// buffer more may fill before the disk is asked again.
constexpr std::uint64_t kReserve = kFlushBytes;
constexpr std::uint64_t kSmallPart = 10;
// What a record takes besides its texts, about.
constexpr std::uint64_t kRecordBytes = 512;

std::uint64_t bytes_of(const Call& record) {
  std::uint64_t bytes = kRecordBytes + record.function->name.size() + record.captured.size() + record.result.size();
  if (record.exception != nullptr) bytes += record.exception->what.size() + record.exception->stack_trace.size();
  return bytes;
}

}  // namespace

DiskGate::DiskGate(const FileRules& rules, std::string name) : rules_(rules), name_(std::move(name)) {}

void DiskGate::look(int fd, std::uint64_t waiting_bytes) {
  if (rules_.min_free_bytes == 0 || fd < 0) return;
  struct statvfs disk{};
  if (fstatvfs(fd, &disk) != 0 || disk.f_blocks == 0) return;
  look_at(std::uint64_t{disk.f_bavail} * disk.f_frsize, std::uint64_t{disk.f_blocks} * disk.f_frsize, waiting_bytes);
}

void DiskGate::look_at(std::uint64_t free_bytes, std::uint64_t disk_bytes, std::uint64_t waiting_bytes) {
  const std::uint64_t least = std::min(rules_.min_free_bytes, disk_bytes / kSmallPart);
  const std::uint64_t reserve = std::min(kReserve, disk_bytes / kSmallPart);
  const std::uint64_t margin = reserve + std::min<std::uint64_t>(kFlushBytes, disk_bytes / kSmallPart);
  if (!shut_ && free_bytes < least + waiting_bytes + margin) {
    shut_ = busy_ = notice_due_ = true;
    reserve_ = reserve;
    message_ = fmt::format("{} bytes are free on the disk of {}, {} are to stay free: nothing more is recorded",
                           free_bytes, name_, least);
    if (!std::exchange(told_, true) && rules_.tell) {
      rules_.tell(message_ + " until there is more (GLIMPSE_MIN_FREE_BYTES)");
    }
  } else if (shut_ && free_bytes >= least + least / 4 + 2 * margin) {
    shut_ = false;
    notice_due_ = !notice_due_;  // where nothing came in between there is nothing to say
    message_ = fmt::format("the disk of {} has room again: recording goes on", name_);
    rest_if_nothing_is_missing();
  }
}

bool DiskGate::begins(const Call& record) { return record.stage == Stage::kStart || record.stage == Stage::kCall; }

bool DiskGate::is_missing(const Missing& missing, std::uint64_t call_id) {
  return std::ranges::any_of(missing.calls,
                             [&](const auto& span) { return span.first <= call_id && call_id <= span.second; });
}

bool DiskGate::takes_of_reserve(std::uint64_t bytes) {
  if (!shut_) return true;
  if (bytes > reserve_) return false;
  reserve_ -= bytes;
  return true;
}

bool DiskGate::admits(const Call& record) {
  if (begins(record)) return !shut_ && !notice_due_;
  const auto missing = missing_.find(record.pid);
  if (missing != missing_.end() && is_missing(missing->second, record.call_id)) return false;
  return takes_of_reserve(bytes_of(record));
}

bool DiskGate::admits_rare(std::uint32_t pid) {
  if (takes_of_reserve(2 * kRecordBytes)) return true;
  drop(missing_[pid], false);
  return false;
}

void DiskGate::drop(Missing& missing, bool is_entry) {
  ++dropped_;
  ++missing.records;
  if (is_entry) ++missing.entries;
}

// Calls get their ids when they begin: those that are not begun while it is shut follow each other.
std::optional<Notice> DiskGate::notice_for(const Call& record) {
  Missing& missing = missing_[record.pid];
  drop(missing, true);
  if (!begins(record)) {
    if (is_missing(missing, record.call_id) && missing.open > 0) --missing.open;
    rest_if_nothing_is_missing();
    return std::nullopt;
  }
  ++missing.begun;
  if (record.stage == Stage::kStart) {
    ++missing.open;
    if (missing.calls.empty() || record.call_id != missing.calls.back().second + 1) {
      missing.calls.emplace_back(record.call_id, record.call_id);
    } else {
      missing.calls.back().second = record.call_id;
    }
  }
  if (!notice_due_) return std::nullopt;
  notice_due_ = false;
  rest_if_nothing_is_missing();
  return Notice{.entry_id = record.entry_id,
                .timestamp_ns = record.timestamp_ns,
                .pid = record.pid,
                .reason = "disk_full",
                .message = message_,
                .dropped = shut_ ? 0 : dropped_};
}

Summary DiskGate::corrected(const Summary& record) {
  const auto found = missing_.find(record.pid);
  if (found == missing_.end()) return record;
  const Missing missing = std::move(found->second);
  missing_.erase(found);
  Summary summary = record;
  summary.calls -= std::min(summary.calls, missing.begun);
  summary.records -= std::min(summary.records, missing.entries);
  summary.dropped.emplace_back("disk_full", missing.records);
  std::erase_if(summary.open, [&](const OpenCall& call) { return is_missing(missing, call.call_id); });
  summary.open_calls -= std::min(summary.open_calls, missing.open);
  rest_if_nothing_is_missing();
  return summary;
}

void DiskGate::rest_if_nothing_is_missing() {
  if (shut_ || notice_due_) return;
  busy_ = !missing_.empty();
}

}  // namespace glimpse::writers
