#include "plugin/native_code.h"

#include <llvm/ADT/SetVector.h>
#include <llvm/ADT/SmallVector.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/MDBuilder.h>
#include <llvm/IR/Module.h>
#include <llvm/Transforms/Utils/BasicBlockUtils.h>
#include <llvm/Transforms/Utils/ModuleUtils.h>

#include <cstddef>
#include <utility>

#include "glimpse/wire/compiled.h"
#include "glimpse/wire/native.h"
#include "plugin/clang_versions.h"
#include "plugin/native_markers.h"
#include "plugin/native_object.h"

namespace glimpse::plugin {
namespace {

using wire::NativeObject;

llvm::Value* call_site(llvm::IRBuilder<>& ir) {
  llvm::Module& module = *ir.GetInsertBlock()->getModule();
  llvm::Value* address = ir.CreateCall(intrinsic_declaration(module, llvm::Intrinsic::returnaddress), {ir.getInt32(0)});
  return ir.CreateTrunc(ir.CreatePtrToInt(address, ir.getInt64Ty()), ir.getInt32Ty());
}

// What is at `offset` of a variable.
llvm::LoadInst* load_field(llvm::IRBuilder<>& ir, llvm::Value* variable, std::size_t offset, llvm::Type* type,
                           unsigned alignment) {
  llvm::Value* bytes = ir.CreateBitCast(variable, byte_pointer(ir.getContext()));
  llvm::Value* field = ir.CreateConstInBoundsGEP1_64(ir.getInt8Ty(), bytes, offset);
  return ir.CreateAlignedLoad(type, ir.CreateBitCast(field, pointer_to(type)), llvm::Align(alignment));
}

// The runtime's functions keep all registers. `hook` is where the object has the one to call.
void replace(llvm::CallInst* marker, std::size_t hook) {
  llvm::Module& module = *marker->getModule();
  llvm::Value* descriptor = marker->getArgOperand(0);
  llvm::IRBuilder<> ir(marker);
  llvm::Value* state = load_field(ir, descriptor, offsetof(wire::FunctionDescriptor, state), ir.getInt8Ty(), 1);
  llvm::Value* recorded = ir.CreateICmpEQ(state, ir.getInt8(static_cast<std::uint8_t>(wire::NativeState::kRecorded)));
  llvm::Instruction* then = llvm::SplitBlockAndInsertIfThen(recorded, marker, /*Unreachable=*/false);
  ir.SetInsertPoint(then);
  ir.SetCurrentDebugLocation(marker->getDebugLoc());
  llvm::FunctionType* type = native_hook_type(ir.getContext());
  llvm::Value* target = load_field(ir, native_object(module), hook, pointer_to(type), 8);
  llvm::MDNode* as_a_rule = llvm::MDBuilder(ir.getContext()).createBranchWeights(1000, 1);
  then = llvm::SplitBlockAndInsertIfThen(ir.CreateIsNotNull(target), then, /*Unreachable=*/false, as_a_rule);
  ir.SetInsertPoint(then);
  ir.SetCurrentDebugLocation(marker->getDebugLoc());
  llvm::CallInst* call = ir.CreateCall(type, target, {descriptor, call_site(ir)});
  call->setCallingConv(llvm::CallingConv::PreserveAll);
  call->setDoesNotThrow();
  marker->eraseFromParent();
}

}  // namespace

llvm::PreservedAnalyses NativeCodePass::run(llvm::Module& module, llvm::ModuleAnalysisManager&) {
  const std::pair<llvm::StringRef, std::size_t> markers[] = {{kEnterMarker, offsetof(NativeObject, enter)},
                                                             {kExitMarker, offsetof(NativeObject, exit)},
                                                             {kUnwoundMarker, offsetof(NativeObject, unwound)}};
  // The section is never empty where there is code that looks for its bounds.
  llvm::SmallSetVector<llvm::GlobalValue*, 16> descriptors;
  for (const auto& [name, hook] : markers) {
    llvm::Function* marker = module.getFunction(name);
    if (marker == nullptr) continue;
    llvm::SmallVector<llvm::CallInst*, 64> calls;
    for (llvm::User* user : marker->users()) {
      if (auto* call = llvm::dyn_cast<llvm::CallInst>(user)) calls.push_back(call);
    }
    for (llvm::CallInst* call : calls) {
      if (auto* descriptor = llvm::dyn_cast<llvm::GlobalVariable>(call->getArgOperand(0)->stripPointerCasts()))
        descriptors.insert(descriptor);
      replace(call, hook);
    }
    if (marker->use_empty()) marker->eraseFromParent();
  }
  if (descriptors.empty()) return llvm::PreservedAnalyses::all();
  llvm::appendToCompilerUsed(module, descriptors.getArrayRef());
  return llvm::PreservedAnalyses::none();
}

}  // namespace glimpse::plugin
