// Writes a ring as the traced thread does: words, then the head. For tests of whatever reads rings.
//
//   FakeRing ring(header, words, capacity);
//   ring.start(7, ticks).end(7, ticks + 10);        // an epoch record goes ahead whenever the high half changes
//   ring.hide(); ring.start(8, ticks); ring.show();  // words without their head, then the head
//
// It does not look at the tail: a test that writes more than fits overwrites, as only a broken writer would.
#pragma once

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "glimpse/wire/event.h"
#include "glimpse/wire/record.h"
#include "glimpse/wire/ring.h"

namespace glimpse::wire {

class FakeRing {
 public:
  FakeRing(RingHeader& header, std::uint64_t* words, std::uint64_t capacity_words)
      : header_(header), words_(words), mask_(capacity_words - 1), position_(header.head.load()) {}

  FakeRing& start(FunctionId function, std::uint64_t ticks) { return event(function, EventKind::kStart, ticks); }
  FakeRing& end(FunctionId function, std::uint64_t ticks) { return event(function, EventKind::kEnd, ticks); }

  FakeRing& thrown(std::uint64_t exception, std::string_view type, std::string_view what, std::uint64_t ticks) {
    std::vector<std::uint64_t> payload{exception, type.size() | (std::uint64_t{what.size()} << 32)};
    add_text(payload, type);
    add_text(payload, what);
    return record(RecordType::kThrow, payload, ticks);
  }
  FakeRing& thrown_without_what(std::uint64_t exception, std::string_view type, std::uint64_t ticks) {
    std::vector<std::uint64_t> payload{exception, type.size() | (std::uint64_t{kNoWhat} << 32)};
    add_text(payload, type);
    return record(RecordType::kThrow, payload, ticks);
  }
  FakeRing& caught(std::uint64_t exception, std::uint64_t ticks) {
    return record(RecordType::kCatch, {exception}, ticks);
  }
  FakeRing& left(std::uint32_t frames, LeaveReason reason, std::uint64_t ticks) {
    return record(RecordType::kLeave, {frames | (std::uint64_t{static_cast<std::uint32_t>(reason)} << 32)}, ticks);
  }
  FakeRing& arguments(FunctionId function, std::string_view text, std::uint64_t ticks) {
    return captured(RecordType::kArguments, function, text, ticks);
  }
  FakeRing& result(FunctionId function, std::string_view text, std::uint64_t ticks) {
    return captured(RecordType::kResult, function, text, ticks);
  }
  FakeRing& lost(std::uint64_t starts, std::uint64_t ends, std::uint64_t ticks) {
    header_.lost_starts += starts;
    header_.lost_ends += ends;
    return record(RecordType::kLost, {starts, ends}, ticks);
  }
  FakeRing& renamed(std::string_view name, std::uint64_t ticks) {
    std::vector<std::uint64_t> payload;
    add_text(payload, name);
    payload.resize(2);
    std::memcpy(header_.name, payload.data(), sizeof(header_.name));
    return record(RecordType::kRename, payload, ticks);
  }

  FakeRing& record(RecordType type, const std::vector<std::uint64_t>& payload, std::uint64_t ticks) {
    tell_epoch(ticks);
    put(pack_record(type, static_cast<std::uint32_t>(payload.size()), static_cast<std::uint32_t>(ticks)));
    for (const std::uint64_t word : payload) put(word);
    return publish();
  }

  // Words as they are, for what no writer of ours writes.
  FakeRing& raw(std::initializer_list<std::uint64_t> words) {
    for (const std::uint64_t word : words) put(word);
    return publish();
  }

  // From now on the head stays behind, as if the thread were killed between a word and its head; show() catches up.
  FakeRing& hide() {
    hidden_ = true;
    return *this;
  }
  FakeRing& show() {
    hidden_ = false;
    return publish();
  }

  // The thread is gone.
  void ended() { header_.state.store(RingState::kEnded, std::memory_order_release); }

  std::uint64_t position() const { return position_; }
  RingHeader& header() { return header_; }

 private:
  FakeRing& captured(RecordType type, FunctionId function, std::string_view text, std::uint64_t ticks) {
    std::vector<std::uint64_t> payload{function | (std::uint64_t{text.size()} << 32)};
    add_text(payload, text);
    return record(type, payload, ticks);
  }

  FakeRing& event(FunctionId function, EventKind kind, std::uint64_t ticks) {
    tell_epoch(ticks);
    put(pack_event(function, kind, static_cast<std::uint32_t>(ticks)));
    return publish();
  }

  void tell_epoch(std::uint64_t ticks) {
    const std::uint64_t epoch = ticks >> 32;
    if (epoch == epoch_) return;
    epoch_ = epoch;
    put(pack_record(RecordType::kEpoch, 1, static_cast<std::uint32_t>(ticks)));
    put(epoch);
    publish();
  }

  static void add_text(std::vector<std::uint64_t>& payload, std::string_view text) {
    const std::size_t at = payload.size();
    payload.resize(at + words_for(text.size()));
    if (!text.empty()) std::memcpy(payload.data() + at, text.data(), text.size());
  }

  void put(std::uint64_t word) { words_[position_++ & mask_] = word; }
  FakeRing& publish() {
    if (!hidden_) header_.head.store(position_, std::memory_order_release);
    return *this;
  }

  RingHeader& header_;
  std::uint64_t* words_;
  std::uint64_t mask_;
  std::uint64_t position_;
  std::uint64_t epoch_ = ~std::uint64_t{0};
  bool hidden_ = false;
};

}  // namespace glimpse::wire
