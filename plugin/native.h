// The pass half of native mode, first part: functions that the policy keeps get markers instead of hooks
// (native_markers.h), the others nothing. On machines that native mode does not know, filter mode is what happens.
#pragma once

#include <llvm/IR/PassManager.h>

#include "plugin/unit.h"

namespace glimpse::plugin {

class NativePass : public llvm::PassInfoMixin<NativePass> {
 public:
  explicit NativePass(Unit& unit) : unit_(unit) {}

  llvm::PreservedAnalyses run(llvm::Module& module, llvm::ModuleAnalysisManager& analyses);

  static bool isRequired() { return true; }

 private:
  Unit& unit_;
};

}  // namespace glimpse::plugin
