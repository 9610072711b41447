#include "plugin/native_code.h"

#include <llvm/ADT/SetVector.h>
#include <llvm/ADT/SmallVector.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/Module.h>
#include <llvm/Transforms/Utils/BasicBlockUtils.h>
#include <llvm/Transforms/Utils/Cloning.h>
#include <llvm/Transforms/Utils/ModuleUtils.h>

#include "glimpse/wire/compiled.h"
#include "glimpse/wire/native.h"
#include "plugin/clang_versions.h"
#include "plugin/native_markers.h"
#include "plugin/native_path.h"

namespace glimpse::plugin {
namespace {

// Where %rsp is in the body of the function; the same at its entry and its exits.
llvm::Value* stack_pointer(llvm::IRBuilder<>& ir) {
  llvm::LLVMContext& context = ir.getContext();
  llvm::Value* name =
      llvm::MetadataAsValue::get(context, llvm::MDNode::get(context, llvm::MDString::get(context, "rsp")));
  return ir.CreateIntrinsic(llvm::Intrinsic::read_register, {ir.getInt64Ty()}, {name});
}

llvm::Value* call_site(llvm::IRBuilder<>& ir) {
  llvm::Module& module = *ir.GetInsertBlock()->getModule();
  llvm::Function* intrinsic = intrinsic_declaration(module, llvm::Intrinsic::returnaddress);
  llvm::Value* address = ir.CreateCall(intrinsic, {ir.getInt32(0)});
  return ir.CreateTrunc(ir.CreatePtrToInt(address, ir.getInt64Ty()), ir.getInt32Ty());
}

// `if (descriptor.state == 0) path(descriptor, stack pointer, call site)` in the place of the marker.
llvm::CallInst* replace(llvm::CallInst* marker, llvm::Function* path) {
  llvm::Value* descriptor = marker->getArgOperand(0);
  llvm::IRBuilder<> ir(marker);
  llvm::Type* byte = ir.getInt8Ty();
  llvm::LoadInst* state = ir.CreateAlignedLoad(byte, ir.CreateBitCast(descriptor, pointer_to(byte)), llvm::Align(1));
  state->setAtomic(llvm::AtomicOrdering::Monotonic);
  llvm::Value* recorded = ir.CreateICmpEQ(state, ir.getInt8(static_cast<std::uint8_t>(wire::NativeState::kRecorded)));
  llvm::Instruction* inside = llvm::SplitBlockAndInsertIfThen(recorded, marker, /*Unreachable=*/false);
  ir.SetInsertPoint(inside);
  ir.SetCurrentDebugLocation(marker->getDebugLoc());
  llvm::CallInst* call = ir.CreateCall(path, {descriptor, stack_pointer(ir), call_site(ir)});
  call->setCallingConv(path->getCallingConv());
  call->setDoesNotThrow();
  marker->eraseFromParent();
  return call;
}

bool to_be_small(const llvm::Function& function) {
  return function.hasFnAttribute(llvm::Attribute::OptimizeNone) || function.hasOptSize() || function.hasMinSize();
}

}  // namespace

llvm::PreservedAnalyses NativeCodePass::run(llvm::Module& module, llvm::ModuleAnalysisManager&) {
  const std::pair<llvm::StringRef, llvm::Function* (*)(llvm::Module&)> markers[] = {
      {kEnterMarker, &enter_function}, {kExitMarker, &exit_function}, {kUnwoundMarker, &unwound_function}};
  // The section is never empty where there is code that looks for its bounds.
  llvm::SmallSetVector<llvm::GlobalValue*, 16> descriptors;
  for (const auto& [name, make_path] : markers) {
    llvm::Function* marker = module.getFunction(name);
    if (marker == nullptr) continue;
    llvm::SmallVector<llvm::CallInst*, 64> calls;
    for (llvm::User* user : marker->users()) {
      if (auto* call = llvm::dyn_cast<llvm::CallInst>(user)) calls.push_back(call);
    }
    for (llvm::CallInst* call : calls) {
      if (auto* descriptor = llvm::dyn_cast<llvm::GlobalVariable>(call->getArgOperand(0)->stripPointerCasts()))
        descriptors.insert(descriptor);
      const bool inlined = inlined_ && name != kUnwoundMarker && !to_be_small(*call->getFunction());
      llvm::Function* path = make_path(module);
      llvm::CallInst* instead = replace(call, path);
      if (inlined) {
        llvm::InlineFunctionInfo info;
        llvm::InlineFunction(*instead, info);
      }
    }
    if (marker->use_empty()) marker->eraseFromParent();
    if (llvm::Function* path = calls.empty() ? nullptr : make_path(module); path != nullptr && path->use_empty())
      path->eraseFromParent();
  }
  if (descriptors.empty()) return llvm::PreservedAnalyses::all();
  llvm::appendToCompilerUsed(module, descriptors.getArrayRef());
  return llvm::PreservedAnalyses::none();
}

}  // namespace glimpse::plugin
