// The wire::NativeObject that all modules of an executable or library share, with the constructor that attaches it.
//
// Threads: one, the compiler's. Failure: none.
#pragma once

#include <llvm/IR/GlobalVariable.h>
#include <llvm/IR/Module.h>

namespace glimpse::plugin {

// Made where the module does not have it yet.
llvm::GlobalVariable* native_object(llvm::Module& module);

}  // namespace glimpse::plugin
