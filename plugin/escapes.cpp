#include "plugin/escapes.h"

#include <llvm/IR/DebugInfoMetadata.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Module.h>
#include <llvm/Transforms/Utils/EscapeEnumerator.h>

namespace glimpse::plugin {
namespace {

// The body of a coroutine is split later on, and goes on elsewhere.
bool is_coroutine(const llvm::Function& function) {
  return llvm::any_of(llvm::instructions(function), [](const llvm::Instruction& instruction) {
    const auto* intrinsic = llvm::dyn_cast<llvm::IntrinsicInst>(&instruction);
    return intrinsic != nullptr && intrinsic->getIntrinsicID() == llvm::Intrinsic::coro_id;
  });
}

// In C++, landing pads are C++'s: functions with another personality would not be inlined into each other.
void choose_personality(llvm::Function& function) {
  llvm::Module& module = *function.getParent();
  if (function.hasPersonalityFn() || function.doesNotThrow()) return;
  const bool mangled = function.getName().substr(0, 2) == "_Z";
  if (!mangled && module.getFunction("__gxx_personality_v0") == nullptr) return;
  llvm::FunctionCallee personality = module.getOrInsertFunction(
      "__gxx_personality_v0", llvm::FunctionType::get(llvm::Type::getInt32Ty(module.getContext()), true));
  function.setPersonalityFn(llvm::cast<llvm::Constant>(personality.getCallee()));
}

}  // namespace

llvm::DebugLoc line_of(const llvm::Function& function, const llvm::Instruction* near) {
  if (near != nullptr && near->getDebugLoc()) return near->getDebugLoc();
  llvm::DISubprogram* where = function.getSubprogram();
  if (where == nullptr) return {};
  return llvm::DILocation::get(function.getContext(), where->getScopeLine(), 0, where);
}

void for_each_escape(llvm::Function& function, llvm::function_ref<void(llvm::IRBuilder<>&, bool)> visit) {
  const bool may_unwind = !is_coroutine(function);
  if (may_unwind) choose_personality(function);
  llvm::EscapeEnumerator escapes(function, "glimpse.unwound", may_unwind);
  while (llvm::IRBuilder<>* at = escapes.Next()) {
    llvm::Instruction* end = &*at->GetInsertPoint();
    at->SetCurrentDebugLocation(line_of(function, end));
    visit(*at, llvm::isa<llvm::ResumeInst>(end));
  }
}

}  // namespace glimpse::plugin
