#include "plugin/hook_calls.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Module.h>
#include <llvm/Transforms/Utils/EntryExitInstrumenter.h>

#include <array>

#include "plugin/clang_versions.h"
#include "plugin/escapes.h"

namespace glimpse::plugin {
namespace {

constexpr const char* kEnter = "__cyg_profile_func_enter";
constexpr const char* kExit = "__cyg_profile_func_exit";

constexpr std::array<const char*, 4> kAttributes = {"instrument-function-entry", "instrument-function-exit",
                                                    "instrument-function-entry-inlined",
                                                    "instrument-function-exit-inlined"};

// A hook call that says `function` is entered or left.
bool is_hook_call(const llvm::Instruction& instruction, const llvm::Function& function) {
  const auto* call = llvm::dyn_cast<llvm::CallInst>(&instruction);
  if (call == nullptr || call->arg_size() != 2) return false;
  const auto* callee = llvm::dyn_cast<llvm::Function>(call->getCalledOperand()->stripPointerCasts());
  if (callee == nullptr || (callee->getName() != kEnter && callee->getName() != kExit)) return false;
  return call->getArgOperand(0)->stripPointerCasts() == &function;
}

}  // namespace

bool has_hooks(const llvm::Function& function) {
  for (const char* attribute : kAttributes) {
    if (function.hasFnAttribute(attribute)) return true;
  }
  return llvm::any_of(llvm::instructions(function),
                      [&](const llvm::Instruction& instruction) { return is_hook_call(instruction, function); });
}

void remove_hooks(llvm::Function& function) {
  for (const char* attribute : kAttributes) function.removeFnAttr(attribute);
  for (llvm::BasicBlock& block : function) {
    for (llvm::Instruction& instruction : llvm::make_early_inc_range(block)) {
      if (!is_hook_call(instruction, function)) continue;
      auto* address = llvm::dyn_cast<llvm::IntrinsicInst>(llvm::cast<llvm::CallInst>(instruction).getArgOperand(1));
      instruction.eraseFromParent();
      const bool unused = address != nullptr && address->use_empty();
      if (unused && address->getIntrinsicID() == llvm::Intrinsic::returnaddress) address->eraseFromParent();
    }
  }
}

void add_hooks(llvm::Function& function, llvm::FunctionAnalysisManager& analyses) {
  function.addFnAttr("instrument-function-entry", kEnter);
  function.addFnAttr("instrument-function-exit", kExit);
  llvm::EntryExitInstrumenterPass(/*PostInlining=*/false).run(function, analyses);
}

void add_unwound_hooks(llvm::Function& function) {
  if (function.hasFnAttribute("instrument-function-exit-inlined") || function.hasFnAttribute(llvm::Attribute::Naked))
    return;
  llvm::Module& module = *function.getParent();
  llvm::LLVMContext& context = module.getContext();
  llvm::Type* pointer = byte_pointer(context);
  llvm::FunctionCallee hook = module.getOrInsertFunction(
      kExit, llvm::FunctionType::get(llvm::Type::getVoidTy(context), {pointer, pointer}, false));
  for_each_escape(function, [&](llvm::IRBuilder<>& at, bool unwound) {
    if (!unwound) return;
    llvm::Value* call_site =
        at.CreateCall(intrinsic_declaration(module, llvm::Intrinsic::returnaddress), {at.getInt32(0)});
    at.CreateCall(hook, {at.CreateBitCast(&function, pointer), call_site})->setDoesNotThrow();
  });
}

}  // namespace glimpse::plugin
