// The second half of native mode's pass, when all else is done: code in the place of the markers (native_markers.h).
//
//   if (descriptor.state == 0 && object.enter != null) object.enter(&descriptor, call site)
//
// and so on: include/glimpse/wire/native.h.
//
// Threads: one, the compiler's. Failure: none.
#pragma once

#include <llvm/IR/PassManager.h>

namespace glimpse::plugin {

class NativeCodePass : public llvm::PassInfoMixin<NativeCodePass> {
 public:
  llvm::PreservedAnalyses run(llvm::Module& module, llvm::ModuleAnalysisManager& analyses);

  static bool isRequired() { return true; }  // at -O0, and in functions marked optnone
};

}  // namespace glimpse::plugin
