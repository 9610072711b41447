// The second half of native mode's pass, when all else is done: code in the place of the markers (native_markers.h), as
// include/glimpse/wire/native.h describes it. What it does with a lane is what runtime/hot/hooks.h does.
//
// At -O0, and in functions that are to be small, it is a call of one copy for each executable or library.
//
// Threads: one, the compiler's. Failure: none.
#pragma once

#include <llvm/IR/PassManager.h>

namespace glimpse::plugin {

class NativeCodePass : public llvm::PassInfoMixin<NativeCodePass> {
 public:
  // Whether the path of a recorded call is to be inlined; the test of the state always is.
  explicit NativeCodePass(bool inlined) : inlined_(inlined) {}

  llvm::PreservedAnalyses run(llvm::Module& module, llvm::ModuleAnalysisManager& analyses);

  static bool isRequired() { return true; }  // at -O0, and in functions marked optnone

 private:
  bool inlined_;
};

}  // namespace glimpse::plugin
