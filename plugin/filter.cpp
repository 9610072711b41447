#include "plugin/filter.h"

#include <llvm/IR/Module.h>

#include "plugin/capture.h"
#include "plugin/choice.h"
#include "plugin/descriptors.h"
#include "plugin/hook_calls.h"
#include "plugin/policy_section.h"
#include "plugin/report.h"

namespace glimpse::plugin {

llvm::PreservedAnalyses FilterPass::run(llvm::Module& module, llvm::ModuleAnalysisManager& analyses) {
  auto& functions = analyses.getResult<llvm::FunctionAnalysisManagerModuleProxy>(module).getManager();
  Report report(unit_);
  for (llvm::Function& function : module) {
    if (function.isDeclaration()) continue;
    const bool hooked = has_hooks(function);
    if (unit_.clang_instruments && !hooked) continue;  // Clang had its reasons
    const Choice choice = choose(unit_, function);
    // Start-up code and the like.
    if (!unit_.clang_instruments && choice.facts == nullptr && !is_numbered(function)) continue;
    report.add(choice);
    if (!choice.traced) {
      remove_hooks(function);
      continue;
    }
    if (!hooked && !function.hasFnAttribute(llvm::Attribute::Naked)) add_hooks(function, functions);
    // What the policy did not ask for, the policy at run time would drop again.
    const bool asked = choice.facts != nullptr && choice.facts->asked == Asked::kTrace;
    if (asked && !function.hasAvailableExternallyLinkage()) add_code_descriptor(function, described(*choice.facts));
    if (choice.facts != nullptr && choice.facts->captured.wanted.any() && has_hooks(function)) {
      remove_hooks(function);  // they may only be asked for so far, and are needed now
      add_hooks(function, functions);
      add_capture(function, choice.facts->captured);
    }
    add_unwound_hooks(function);
  }
  report.finish();
  add_policy_section(module, unit_);
  return llvm::PreservedAnalyses::none();
}

}  // namespace glimpse::plugin
