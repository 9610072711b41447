// Where a function is left: by returning, before a call that must be a tail call, and by an exception, for which all
// that may throw gets a landing pad. Bodies of coroutines get none, because they go on in other functions.
//
// Threads: one, the compiler's. Failure: none.
#pragma once

#include <llvm/ADT/STLExtras.h>
#include <llvm/IR/Function.h>
#include <llvm/IR/IRBuilder.h>

namespace glimpse::plugin {

// Calls `visit` with a builder for each place, and with whether an exception leaves there. To be called once for a
// function, since it makes calls into invokes.
void for_each_escape(llvm::Function& function, llvm::function_ref<void(llvm::IRBuilder<>& at, bool unwound)> visit);

// A line for what stands before `near` or, where that has none, belongs to the whole function: a call without a line
// may not be inlined into code that has some.
llvm::DebugLoc line_of(const llvm::Function& function, const llvm::Instruction* near);

}  // namespace glimpse::plugin
