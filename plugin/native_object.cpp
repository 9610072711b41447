#include "plugin/native_object.h"

#include <llvm/IR/IRBuilder.h>
#include <llvm/Transforms/Utils/ModuleUtils.h>

#include <cstddef>
#include <string>

#include "glimpse/wire/compiled.h"
#include "glimpse/wire/native.h"
#include "plugin/clang_versions.h"

namespace glimpse::plugin {
namespace {

// Of one version of the layouts; objects of another may be linked into the same program.
std::string versioned(llvm::StringRef name) { return (name + "." + llvm::Twine(wire::kNativeVersion)).str(); }

// Calls the runtime, if there is one. No priority is higher: whatever this program or library does first is recorded.
void add_constructor(llvm::Module& module, llvm::GlobalVariable* object) {
  llvm::LLVMContext& context = module.getContext();
  const std::string name = versioned("__glimpse_attach");
  llvm::IRBuilder<> ir(context);
  auto* constructor = llvm::Function::Create(llvm::FunctionType::get(ir.getVoidTy(), false),
                                             llvm::GlobalValue::LinkOnceODRLinkage, name, module);
  constructor->setVisibility(llvm::GlobalValue::HiddenVisibility);
  constructor->setDSOLocal(true);
  constructor->setComdat(module.getOrInsertComdat(name));
  constructor->addFnAttr("no-stack-protector");
  llvm::PointerType* pointer = byte_pointer(context);
  llvm::FunctionType* type = llvm::FunctionType::get(ir.getVoidTy(), {pointer, pointer, pointer}, false);
  auto* attach = llvm::cast<llvm::Function>(module.getOrInsertFunction(wire::kNativeAttach, type).getCallee());
  attach->setLinkage(llvm::GlobalValue::ExternalWeakLinkage);
  const auto bound = [&](const char* which) -> llvm::Value* {
    auto* variable = llvm::cast<llvm::GlobalVariable>(
        module.getOrInsertGlobal(std::string(which) + wire::kFunctionSection, ir.getInt8Ty()));
    variable->setVisibility(llvm::GlobalValue::HiddenVisibility);
    variable->setDSOLocal(true);
    return variable;
  };
  llvm::BasicBlock* entry = llvm::BasicBlock::Create(context, "entry", constructor);
  llvm::BasicBlock* there = llvm::BasicBlock::Create(context, "there", constructor);
  llvm::BasicBlock* done = llvm::BasicBlock::Create(context, "done", constructor);
  ir.SetInsertPoint(entry);
  ir.CreateCondBr(ir.CreateIsNotNull(attach), there, done);
  ir.SetInsertPoint(there);
  // What the object was linked with, said once more by code: linkers of executables leave a weak reference to the
  // loader only where code asks for it.
  auto* linked = llvm::cast<llvm::ConstantStruct>(object->getInitializer());
  for (unsigned field = 2; field < linked->getNumOperands(); ++field) {
    ir.CreateStore(linked->getOperand(field), ir.CreateStructGEP(object->getValueType(), object, field));
  }
  ir.CreateCall(type, attach, {ir.CreateBitCast(object, pointer), bound("__start_"), bound("__stop_")});
  ir.CreateBr(done);
  ir.SetInsertPoint(done);
  ir.CreateRetVoid();
  llvm::appendToGlobalCtors(module, constructor, 0, constructor);
}

}  // namespace

llvm::FunctionType* native_hook_type(llvm::LLVMContext& context) {
  return llvm::FunctionType::get(llvm::Type::getVoidTy(context),
                                 {byte_pointer(context), llvm::Type::getInt32Ty(context)}, false);
}

llvm::GlobalVariable* native_object(llvm::Module& module) {
  const std::string name = versioned("__glimpse_object");
  if (llvm::GlobalVariable* object = module.getGlobalVariable(name)) return object;
  llvm::LLVMContext& context = module.getContext();
  llvm::Type* half = llvm::Type::getInt32Ty(context);
  llvm::FunctionType* hook = native_hook_type(context);
  llvm::PointerType* pointer = pointer_to(hook);
  const auto weak = [&](const char* symbol) -> llvm::Constant* {
    auto* function = llvm::cast<llvm::Function>(module.getOrInsertFunction(symbol, hook).getCallee());
    function->setLinkage(llvm::GlobalValue::ExternalWeakLinkage);
    return function;
  };
  llvm::StructType* type = llvm::StructType::get(context, {half, half, pointer, pointer, pointer});
  static_assert(offsetof(wire::NativeObject, enter) == 8 && offsetof(wire::NativeObject, unwound) == 24);
  llvm::Constant* value = llvm::ConstantStruct::get(
      type, {llvm::ConstantInt::get(half, wire::kNativeVersion), llvm::ConstantInt::get(half, 0),
             weak(wire::kNativeEnter), weak(wire::kNativeExit), weak(wire::kNativeUnwound)});
  auto* object =
      new llvm::GlobalVariable(module, type, /*isConstant=*/false, llvm::GlobalValue::LinkOnceODRLinkage, value, name);
  object->setVisibility(llvm::GlobalValue::HiddenVisibility);
  object->setDSOLocal(true);
  object->setComdat(module.getOrInsertComdat(name));
  object->setAlignment(llvm::Align(8));
  add_constructor(module, object);
  return object;
}

}  // namespace glimpse::plugin
