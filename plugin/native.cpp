#include "plugin/native.h"

#include <llvm/IR/Module.h>

#include "plugin/capture.h"
#include "plugin/choice.h"
#include "plugin/filter.h"
#include "plugin/hook_calls.h"
#include "plugin/native_markers.h"
#include "plugin/policy_section.h"
#include "plugin/report.h"

namespace glimpse::plugin {

llvm::PreservedAnalyses NativePass::run(llvm::Module& module, llvm::ModuleAnalysisManager& analyses) {
  if (!native_mode_possible(module)) return FilterPass(unit_).run(module, analyses);
  Report report(unit_);
  for (llvm::Function& function : module) {
    if (function.isDeclaration() || function.hasFnAttribute(llvm::Attribute::Naked)) continue;
    if (unit_.clang_instruments && !has_hooks(function)) continue;  // Clang had its reasons
    const Choice choice = choose(unit_, function);
    // Start-up code and the like.
    if (!unit_.clang_instruments && choice.facts == nullptr && !is_numbered(function)) continue;
    report.add(choice);
    remove_hooks(function);
    if (!choice.traced) continue;
    add_markers(function, choice.facts != nullptr ? described(*choice.facts)
                                                  : Described{choice.name, choice.name_space, {}, 0, false});
    if (choice.facts != nullptr) add_capture(function, choice.facts->captured);
  }
  report.finish();
  add_policy_section(module, unit_);
  return llvm::PreservedAnalyses::none();
}

}  // namespace glimpse::plugin
