// A thread of a traced process that calls the table of include/glimpse/api.h: its lane writes into the ring of a
// FakeRuntime, and the collector's reader shows what is there.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "collector/payload_reader.h"
#include "collector/ring_reader.h"
#include "glimpse/api.h"
#include "test/unit/runtime/room_fake.h"

namespace glimpse::runtime {

inline glimpse_text text(const std::string& value) { return {value.data(), value.size()}; }
glimpse_field field(const std::string& key, const std::string& value);
glimpse_field field(const std::string& key, std::int64_t value);

class FakeProgram {
 public:
  explicit FakeProgram(wire::OverflowMode mode = wire::OverflowMode::kDrop, std::uint64_t capacity_words = 8192);
  ~FakeProgram();

  FakeRuntime& runtime() { return runtime_; }
  Lane& lane();

  // Everything in the ring, given back: "start 7", "end block", "context 1 2 3", "record 12", …
  std::vector<std::string> read();
  // The payload of the next record of this type; what lies before it is passed over.
  std::vector<std::uint64_t> payload_of(wire::RecordType type);

 private:
  std::vector<Frame> frames_;
  FakeRuntime runtime_;
  collector::RingReader reader_;
};

}  // namespace glimpse::runtime
