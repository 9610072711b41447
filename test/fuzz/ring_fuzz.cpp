// Any words as a ring: the reader and the pairing behind it must come to an end, and never read what was not committed.
//
// Input: the tail, how far the head is ahead of it, a word for how often the head moves, then the ring's words.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "collector/call_stack.h"
#include "collector/ring_reader.h"

namespace {

using namespace glimpse;
using namespace glimpse::collector;

constexpr std::uint64_t kWords = 128;

// Every START has one END or EXCEPTION behind it, or is open in the end.
class Balance final : public CallSink {
 public:
  void emit(writers::Call& call) override { call.stage == writers::Stage::kStart ? ++open : --open; }
  std::uint64_t next_call_id() override { return ++calls; }
  StackText stack_text(const std::vector<std::uint64_t>&, std::string_view, std::string_view) override { return {}; }

  std::int64_t open = 0;
  std::uint64_t calls = 0;
};

void require(bool condition) {
  if (!condition) std::abort();
}

void pair(CallStack& stack, const RingRecord& record, const std::vector<DecidedFunction>& functions) {
  const auto time_ns = static_cast<std::int64_t>(record.ticks >> 1);
  if (record.kind == wire::EventKind::kNone) {  // a gap
    if (record.gap->stacks_lost != 0) {
      stack.lose_track(time_ns);
    } else {
      for (std::uint32_t i = 0; i < record.gap->stack_count; ++i) {
        stack.gap(record.gap->stacks[i].ends, record.gap->stacks[i].opened, record.gap->exceptions != 0, time_ns);
      }
    }
    return;
  }
  const auto word = [&](std::size_t i) { return i < record.payload->size() ? (*record.payload)[i] : 0; };
  if (record.kind == wire::EventKind::kStart) {
    stack.start(functions[record.function % functions.size()], time_ns);
  } else if (record.kind == wire::EventKind::kEnd) {
    stack.end(functions[record.function % functions.size()], time_ns);
  } else if (record.type == wire::RecordType::kThrow) {
    stack.thrown(word(0), "type", "what", (word(1) & 1) != 0);
  } else if (record.type == wire::RecordType::kCatch) {
    stack.caught(word(0));
  } else {
    stack.left(word(0), static_cast<CallStack::Left>(word(1) % 3), time_ns);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::uint64_t> input(4 + kWords + wire::kGapWords, 0);
  std::memcpy(input.data(), data, std::min(size, input.size() * sizeof(std::uint64_t)));
  // Exactly the ring's words, so that a sanitizer sees every step beyond them.
  const std::vector<std::uint64_t> words(input.begin() + 4, input.begin() + 4 + kWords);
  std::vector<DecidedFunction> functions(5);
  for (std::size_t i = 0; i < functions.size(); ++i) functions[i].recorded = i != 0;

  wire::RingHeader header{};
  header.tail.store(input[0]);
  header.head.store(input[0]);
  // A ring whose thread takes its oldest records back, and says that it did so just before the tail.
  const bool overwrites = input[3] % 2 == 1;
  header.overwrites = overwrites ? 1 : 0;
  if (overwrites && input[3] % 4 == 3) {
    for (int i = 0; i < wire::kGapWords; ++i) header.gaps[0].words[i].store(input[4 + kWords + i]);
    header.gaps[0].position.store(input[0]);
  }
  RingReader reader(header, words.data(), kWords);
  Balance balance;
  CallStack below(balance, 3);
  CallStack stack(balance, 6);
  stack.lie_on(&below);

  std::uint64_t seen = 0;
  for (std::uint64_t turn = 0; turn < 1 + input[2] % 8; ++turn) {
    header.head.store(header.head.load() + input[1] % (kWords + 3));
    while (const RingRecord* record = reader.peek()) {
      require(++seen <= header.head.load() - input[0] + (overwrites ? 1 : 0));
      require((record->kind == wire::EventKind::kRecord) == (record->payload != nullptr) ||
              record->kind != wire::EventKind::kRecord);
      pair(record->ticks % 7 == 0 ? below : stack, *record, functions);
      reader.advance();
    }
    require(reader.drained());
    reader.release();
    require(header.head.load() - header.tail.load() <= kWords || reader.broken());
    require(reader.broken() || header.tail.load() == header.head.load());
  }
  std::int64_t open = 0;
  for (const CallStack* each : {&below, &stack})
    each->each_open([&](std::uint64_t, const writers::Function&) { ++open; });
  require(open == balance.open);
  return 0;
}
