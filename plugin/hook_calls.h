// The instrumentation that Clang itself does for -finstrument-functions: attributes that ask for hook calls, and the
// calls once they are there.
//
// Threads: one, the compiler's. Failure: none.
#pragma once

#include <llvm/IR/Function.h>
#include <llvm/IR/PassManager.h>

namespace glimpse::plugin {

// Whether hook calls are asked for, or are there already.
bool has_hooks(const llvm::Function& function);

// Takes both away.
void remove_hooks(llvm::Function& function);

// Asks for hook calls as plain -finstrument-functions does, and has them made.
void add_hooks(llvm::Function& function, llvm::FunctionAnalysisManager& analyses);

// Has the exit hook called where an exception leaves, too, as gcc does and Clang does not. For a function whose hooks
// are there before inlining; else nothing happens.
void add_unwound_hooks(llvm::Function& function);

}  // namespace glimpse::plugin
