// A table of functions with as many slots as a test wants, all free.
#pragma once

#include <cstdint>
#include <cstring>
#include <new>

#include "runtime/hot/function_table.h"

namespace glimpse::runtime {

class FakeTable {
 public:
  // `slots`: a power of two.
  explicit FakeTable(std::uintptr_t slots) : memory_(::operator new(bytes(slots), kAlignment)) {
    std::memset(memory_, 0, bytes(slots));
    table().mask = table_mask(slots);
    table().excluded_what = kSkippedFunction;
  }
  ~FakeTable() { ::operator delete(memory_, kAlignment); }
  FakeTable(const FakeTable&) = delete;
  FakeTable& operator=(const FakeTable&) = delete;

  FunctionTable& table() { return *static_cast<FunctionTable*>(memory_); }

 private:
  static constexpr std::align_val_t kAlignment{alignof(FunctionTable)};
  static std::size_t bytes(std::uintptr_t slots) { return sizeof(FunctionTable) + slots * sizeof(FunctionSlot); }

  void* memory_;
};

}  // namespace glimpse::runtime
