// The wire::NativeObject that all modules of an executable or library share, with the constructor that attaches it.
//
// Threads: one, the compiler's. Failure: none.
#pragma once

#include <llvm/IR/DerivedTypes.h>
#include <llvm/IR/GlobalVariable.h>
#include <llvm/IR/Module.h>

namespace glimpse::plugin {

// wire::NativeHook.
llvm::FunctionType* native_hook_type(llvm::LLVMContext& context);

// Made where the module does not have it yet.
llvm::GlobalVariable* native_object(llvm::Module& module);

}  // namespace glimpse::plugin
