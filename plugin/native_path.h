// The usual path of a call in native mode, as functions of the module: enter and exit of runtime/hot/hooks.h, in LLVM's
// words, on the layouts of include/glimpse/wire/native.h.
//
//   void (ptr descriptor, i64 stack pointer, i32 call site)
//
// They keep every register but %r11 and are the same in every module, so that an executable or library has one copy at
// most. Threads: one, the compiler's. Failure: none.
#pragma once

#include <llvm/IR/Function.h>
#include <llvm/IR/Module.h>

namespace glimpse::plugin {

// The wire::NativeObject that all modules of an executable or library share, with the constructor that attaches it.
llvm::GlobalVariable* native_object(llvm::Module& module);

// Made where the module does not have it yet.
llvm::Function* enter_function(llvm::Module& module);
llvm::Function* exit_function(llvm::Module& module);
llvm::Function* unwound_function(llvm::Module& module);

}  // namespace glimpse::plugin
