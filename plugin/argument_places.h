// Where LLVM has the values that the source speaks of: Clang's lowering of calls for x86-64, System V, read backwards
// and checked.
//
// Threads: one, the compiler's. Failure: an empty list or Place; nothing is guessed.
#pragma once

#include <llvm/ADT/SmallVector.h>
#include <llvm/IR/Function.h>
#include <llvm/IR/IRBuilder.h>

#include <vector>

#include "plugin/captured_values.h"

namespace glimpse::plugin {

struct Place {
  llvm::SmallVector<llvm::Value*, 2> parts;
  bool in_memory = false;  // the only part is the address of the value, which is sure to be there
};

// One for each of the call's arguments; none where what LLVM has is not what was expected.
std::vector<Place> places_of_arguments(llvm::Function& function, const CapturedCall& call);

// `returned` may be null. Instructions that are needed go to `ir`.
Place place_of_result(llvm::IRBuilder<>& ir, llvm::Function& function, const CapturedCall& call, llvm::Value* returned);

}  // namespace glimpse::plugin
