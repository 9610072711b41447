// Finds the START of a call, among those of one transaction, when its end comes.
//
// A table with open addressing: half of it is free at least, and it is emptied by one memset.
//
// Threads: one thread uses it.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace glimpse::writers::sqlite {

class Pairs {
 public:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  // `row` is where `process` and `call_id` are found from now on.
  void put(std::uint32_t process, std::uint64_t call_id, std::uint32_t row) {
    if (2 * (size_ + 1) > slots_.size()) grow();
    Slot& slot = slots_[place_of(process, call_id)];
    if (slot.row == kNone) ++size_;
    slot = {call_id, process, row};
  }

  // kNone where nothing was put.
  std::uint32_t find(std::uint32_t process, std::uint64_t call_id) const {
    return size_ == 0 ? kNone : slots_[place_of(process, call_id)].row;
  }

  void clear() {
    if (size_ != 0) slots_.assign(slots_.size(), Slot{});
    size_ = 0;
  }

 private:
  struct Slot {
    std::uint64_t call_id = 0;
    std::uint32_t process = 0;
    std::uint32_t row = kNone;
  };

  // Where the key is, or the free place where it belongs. Fibonacci hashing: Knuth, TAOCP 3, section 6.4.
  std::size_t place_of(std::uint32_t process, std::uint64_t call_id) const {
    const std::size_t mask = slots_.size() - 1;
    const std::uint64_t key = call_id ^ std::uint64_t{process} << 44;
    std::size_t place = key * 0x9e3779b97f4a7c15 >> (64 - std::bit_width(mask));
    while (slots_[place].row != kNone && (slots_[place].call_id != call_id || slots_[place].process != process)) {
      place = (place + 1) & mask;
    }
    return place;
  }

  void grow() {
    std::vector<Slot> old(slots_.empty() ? 1024 : 2 * slots_.size());
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.row != kNone) slots_[place_of(slot.process, slot.call_id)] = slot;
    }
  }

  std::vector<Slot> slots_;
  std::size_t size_ = 0;
};

}  // namespace glimpse::writers::sqlite
