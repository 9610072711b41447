// The pass half of filter mode: functions that the policy excludes lose their hooks, before anything else happens to
// them. Where Clang was not told to instrument, the functions that are wanted get hooks here.
//
// What is left is the interface of -finstrument-functions, so that objects with and without the plugin mix.
#pragma once

#include <llvm/IR/PassManager.h>

#include "plugin/unit.h"

namespace glimpse::plugin {

class FilterPass : public llvm::PassInfoMixin<FilterPass> {
 public:
  explicit FilterPass(Unit& unit) : unit_(unit) {}

  llvm::PreservedAnalyses run(llvm::Module& module, llvm::ModuleAnalysisManager& analyses);

  static bool isRequired() { return true; }  // at -O0, and in functions marked optnone

 private:
  Unit& unit_;
};

}  // namespace glimpse::plugin
