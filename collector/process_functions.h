// The functions of one process by the ids it gave them: named, decided by the policy, and the decision told to its
// hooks.
//
// Threads: one thread uses it. Failure: an id that means nothing is a function without a name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "collector/binaries.h"
#include "collector/process_view.h"

namespace glimpse::collector {

class ProcessFunctions {
 public:
  ProcessFunctions(Binaries& binaries, ProcessView& view) : binaries_(binaries), view_(view), functions_(1, nullptr) {}

  // Names and decides what was called for the first time since.
  void decide_new();

  // The policy is another one, and Binaries::decide_again() was called. Whether the hooks go on recording functions
  // that it leaves out: they count against the depth there.
  bool decide_again();

  // One vector access once it is named.
  const DecidedFunction& operator[](std::uint32_t id) {
    if (id < functions_.size() && functions_[id] != nullptr) [[likely]]
      return *functions_[id];
    return name(id);
  }

  // The file of the `module_number`th module.
  Binaries::File& file_of(std::uint32_t module_number, const wire::ModuleEntry& module);
  // An id of `function`; 0 where it has none.
  std::uint32_t id_of(const DecidedFunction& function) const {
    return function.function.index < ids_.size() ? ids_[function.function.index] : 0;
  }

 private:
  const DecidedFunction& name(std::uint32_t id);

  Binaries& binaries_;
  ProcessView& view_;
  std::vector<const DecidedFunction*> functions_;  // by id; null: not yet named
  std::vector<Binaries::File*> files_;             // by number of the module; null: not yet looked for
  std::vector<std::uint32_t> ids_;                 // by index of the function, the first of its ids; 0: none
  std::uint32_t decided_ = 0;                      // ids up to here are decided
};

}  // namespace glimpse::collector
