#include "writers/dead_letters.h"

#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "writers/dead_letter_file.h"

namespace glimpse::writers {

namespace {

constexpr std::string_view kWaiting = ".letter";
constexpr std::string_view kRefused = ".refused";
constexpr std::string_view kDamaged = ".damaged";
constexpr std::uint64_t kMaxFileBytes = kMaxDeadLetterHeaderBytes + kMaxDeadLetterBodyBytes;

std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// `20260301T120000.000000123-4711`: by name is by time.
std::string id_of(std::int64_t time_ns) {
  const time_t second = time_ns / 1'000'000'000;
  tm utc{};
  gmtime_r(&second, &utc);
  char text[32];
  strftime(text, sizeof text, "%Y%m%dT%H%M%S", &utc);
  return fmt::format("{}.{:09}-{}", text, time_ns % 1'000'000'000, getpid());
}

std::string with(std::string_view id, std::string_view extension) { return fmt::format("{}{}", id, extension); }

// Without what stands behind the last point; empty where that is none of ours.
std::string_view id_in(std::string_view name) {
  for (const std::string_view extension : {kWaiting, kRefused, kDamaged}) {
    if (name.ends_with(extension)) return name.substr(0, name.size() - extension.size());
  }
  return {};
}

Result<DeadLetterHeader> header_of(const OwnedDescriptor& file) {
  return decode_dead_letter_header(read_file(file, kMaxDeadLetterHeaderBytes), size_of(file));
}

}  // namespace

Result<DeadLetters> DeadLetters::open(const std::string& folder, std::uint64_t most_bytes) {
  auto opened = PrivateFolder::open(folder);
  if (!opened) return opened.error();
  return DeadLetters(std::move(*opened), most_bytes);
}

Result<void> DeadLetters::put(const otlp::Letter& letter) {
  last_ns_ = std::max(now_ns(), last_ns_ + 1);
  const auto bytes = encode_dead_letter(letter, last_ns_);
  if (!bytes) return bytes.error();
  if (bytes->size() > most_bytes_) {
    return Error{fmt::format("{}: a request of {} bytes has no room in {} (GLIMPSE_DLQ_BYTES)", folder_.path(),
                             bytes->size(), most_bytes_)};
  }
  // Until the letter has its name, so that two processes do not both take the same room.
  const OwnedDescriptor alone = folder_.lock_all();
  make_room(bytes->size());
  return folder_.write(with(id_of(last_ns_), letter.refused ? kRefused : kWaiting), *bytes);
}

void DeadLetters::make_room(std::uint64_t bytes) {
  std::uint64_t used = folder_.remove_unfinished();
  const auto files = folder_.files();
  for (const auto& file : files) used += file.bytes;
  for (const auto& file : files) {
    if (used + bytes <= most_bytes_) return;
    if (id_in(file.name).empty()) continue;
    const OwnedDescriptor locked = folder_.lock(file.name);
    if (!locked || !folder_.remove(file.name)) continue;
    used -= file.bytes;
    if (const auto header = header_of(locked)) evicted_ += header->letter.records;
  }
}

std::optional<otlp::Letter> DeadLetters::oldest(std::span<const std::string> endpoints) {
  release();
  for (int looks = 0; looks < 2; ++looks) {
    while (!upcoming_.empty()) {
      held_name_ = std::move(upcoming_.front());
      upcoming_.pop_front();
      held_ = folder_.lock(held_name_);
      if (!held_) continue;
      const auto header = header_of(held_);
      if (header && std::ranges::find(endpoints, header->letter.endpoint) == endpoints.end()) continue;
      if (auto letter = read_held()) return std::move(*letter);
    }
    if (looks > 0) break;
    for (const auto& file : folder_.files()) {
      if (file.name.ends_with(kWaiting)) upcoming_.push_back(file.name);
    }
  }
  release();
  return std::nullopt;
}

// What is no letter any more is set aside.
Result<otlp::Letter> DeadLetters::read_held() {
  const std::string bytes = read_file(held_, kMaxFileBytes + 1);
  auto letter = decode_dead_letter(bytes);
  if (!letter) {
    if (!is_dead_letter_of_another_version(bytes)) folder_.rename(held_name_, with(id_in(held_name_), kDamaged));
    return letter.error();
  }
  letter->id = id_in(held_name_);
  letter->refused = held_name_.ends_with(kRefused);
  return letter;
}

void DeadLetters::sent(const otlp::Letter& /*letter*/) {
  if (held_) folder_.remove(held_name_);
  release();
}

void DeadLetters::kept(const otlp::Letter& /*letter*/) {
  if (held_ && held_name_.ends_with(kWaiting)) upcoming_.push_front(held_name_);
  release();
}

void DeadLetters::refused(const otlp::Letter& letter, std::string_view problem) {
  if (!held_) return;
  const auto header = header_of(held_);
  otlp::Letter told = letter;
  told.problem = problem;
  const std::string name = with(id_in(held_name_), kRefused);
  const auto bytes = encode_dead_letter(told, header ? header->time_ns : now_ns());
  if (!bytes || !folder_.write(name, *bytes)) {
    folder_.rename(held_name_, name);  // with the problem that it came here for
  } else if (name != held_name_) {
    folder_.remove(held_name_);
  }
  release();
}

void DeadLetters::release() {
  held_.reset();
  held_name_.clear();
}

std::vector<DeadLetters::Entry> DeadLetters::list() const {
  std::vector<Entry> entries;
  for (const auto& file : folder_.files()) {
    if (id_in(file.name).empty()) continue;
    const OwnedDescriptor open = folder_.open_file(file.name);
    if (!open) continue;  // sent meanwhile
    Entry entry;
    entry.id = id_in(file.name);
    entry.bytes = file.bytes;
    entry.state = file.name.ends_with(kDamaged)   ? State::kDamaged
                  : file.name.ends_with(kRefused) ? State::kRefused
                                                  : State::kWaiting;
    if (auto header = header_of(open)) {
      entry.time_ns = header->time_ns;
      entry.records = header->letter.records;
      entry.path = std::move(header->letter.path);
      entry.endpoint = std::move(header->letter.endpoint);
      entry.problem = entry.state == State::kDamaged ? "damaged: its body has changed" : header->letter.problem;
    } else {
      entry.state = State::kDamaged;
      entry.problem = header.error().message;
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

// Empty where there is none.
std::string DeadLetters::name_of(const std::string& id) const {
  for (const auto& file : folder_.files()) {
    if (id_in(file.name) == id) return file.name;
  }
  return {};
}

Result<otlp::Letter> DeadLetters::take(const std::string& id) {
  release();
  const std::string name = id.empty() ? "" : name_of(id);
  if (name.empty()) return Error{fmt::format("there is no dead letter {}", id)};
  if (name.ends_with(kDamaged)) return Error{fmt::format("{} is damaged and cannot be sent", id)};
  held_ = folder_.lock(name);
  if (!held_) return Error{fmt::format("{} is being sent by another process", id)};
  held_name_ = name;
  auto letter = read_held();
  if (letter) return letter;
  release();
  return Error{fmt::format("{}: {}", id, letter.error().message)};
}

Result<void> DeadLetters::drop(const std::string& id) {
  const std::string name = id.empty() ? "" : name_of(id);
  if (name.empty()) return Error{fmt::format("there is no dead letter {}", id)};
  const OwnedDescriptor locked = folder_.lock(name);
  if (!locked) return Error{fmt::format("{} is being sent by another process", id)};
  if (!folder_.remove(name)) return Error{fmt::format("{} cannot be removed: {}", id, std::strerror(errno))};
  return {};
}

}  // namespace glimpse::writers
