// A process with one ring, and what runtime/room.cpp asks of the rest of the runtime: clock, bell and memory as a test
// wants them.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>

#include "glimpse/wire/process_file.h"
#include "glimpse/wire/session_file.h"
#include "runtime/hot/lane.h"

namespace glimpse::runtime {

struct Surroundings {
  std::uint64_t ticks = 0;              // what the clock shows; it goes on by one at each look
  std::atomic<std::uint64_t> bells{0};  // how often the collector was called
  bool memory = true;                   // whether rings can grow
  std::map<std::string, std::string> environment;
};
extern Surroundings surroundings;

// Lives as long as one test.
class FakeRuntime {
 public:
  FakeRuntime(wire::OverflowMode mode, std::uint64_t capacity_words);
  ~FakeRuntime();
  FakeRuntime(const FakeRuntime&) = delete;
  FakeRuntime& operator=(const FakeRuntime&) = delete;

  wire::SessionHeader& session() { return session_; }
  wire::RingHeader& ring();
  std::uint64_t* words();
  std::atomic<wire::Decision>& decision(std::uint32_t id);
  Lane& lane() { return lane_; }

 private:
  wire::SessionHeader session_{};
  Lane lane_{};
  std::uint64_t bytes_;
};

}  // namespace glimpse::runtime
