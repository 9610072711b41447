#include "plugin/descriptors.h"

#include <llvm/IR/Constants.h>
#include <llvm/IR/DerivedTypes.h>
#include <llvm/IR/GlobalAlias.h>
#include <llvm/IR/Metadata.h>
#include <llvm/IR/Module.h>
#include <llvm/Transforms/Utils/ModuleUtils.h>

#include <array>
#include <cstddef>
#include <functional>
#include <string>

#include "glimpse/wire/compiled.h"
#include "glimpse/wire/native.h"

namespace glimpse::plugin {
namespace {

using wire::FunctionDescriptor;

enum Field : unsigned { kState, kFlags, kVersion, kReserved, kFunction, kName, kModule, kFile, kLine, kWord };
constexpr std::array<std::size_t, 10> kOffsets = {
    offsetof(FunctionDescriptor, state),    offsetof(FunctionDescriptor, flags),
    offsetof(FunctionDescriptor, version),  offsetof(FunctionDescriptor, reserved),
    offsetof(FunctionDescriptor, function), offsetof(FunctionDescriptor, name),
    offsetof(FunctionDescriptor, module),   offsetof(FunctionDescriptor, file),
    offsetof(FunctionDescriptor, line),     offsetof(FunctionDescriptor, word)};

llvm::StructType* descriptor_type(llvm::LLVMContext& context) {
  llvm::Type* byte = llvm::Type::getInt8Ty(context);
  llvm::Type* distance = llvm::Type::getInt32Ty(context);
  return llvm::StructType::get(context, {byte, byte, byte, byte, distance, distance, distance, distance, distance,
                                         llvm::Type::getInt64Ty(context)});
}

llvm::Constant* address_of(llvm::Constant* pointer) {
  return llvm::ConstantExpr::getPtrToInt(pointer, llvm::Type::getInt64Ty(pointer->getContext()));
}

// From a field of the descriptor to what it leads to.
llvm::Constant* distance(llvm::GlobalVariable* descriptor, Field field, llvm::Constant* target) {
  llvm::Type* whole = llvm::Type::getInt64Ty(descriptor->getContext());
  llvm::Constant* here =
      llvm::ConstantExpr::getAdd(address_of(descriptor), llvm::ConstantInt::get(whole, kOffsets[field]));
  return llvm::ConstantExpr::getTrunc(llvm::ConstantExpr::getSub(address_of(target), here),
                                      llvm::Type::getInt32Ty(descriptor->getContext()));
}

llvm::Constant* distance_to_text(llvm::GlobalVariable* descriptor, Field field, const std::string& text) {
  llvm::Module& module = *descriptor->getParent();
  llvm::LLVMContext& context = module.getContext();
  if (text.empty()) return llvm::ConstantInt::get(llvm::Type::getInt32Ty(context), 0);
  llvm::Constant* value = llvm::ConstantDataArray::getString(context, text);
  // One constant for each text of the module: a file and a namespace have many functions.
  const std::string name = "__glimpse_text." + std::to_string(std::hash<std::string>()(text));
  llvm::GlobalVariable* constant = module.getGlobalVariable(name, /*AllowInternal=*/true);
  if (constant == nullptr || constant->getInitializer() != value) {
    constant = new llvm::GlobalVariable(module, value->getType(), /*isConstant=*/true,
                                        llvm::GlobalValue::PrivateLinkage, value, name);
    constant->setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Global);
    constant->setAlignment(llvm::Align(1));
  }
  return distance(descriptor, field, constant);
}

llvm::GlobalVariable* new_descriptor(llvm::Module& module, const llvm::Twine& name,
                                     llvm::GlobalValue::LinkageTypes linkage) {
  llvm::StructType* type = descriptor_type(module.getContext());
  auto* descriptor =
      new llvm::GlobalVariable(module, type, /*isConstant=*/false, linkage, llvm::Constant::getNullValue(type), name);
  descriptor->setSection(wire::kFunctionSection);
  descriptor->setAlignment(llvm::Align(alignof(FunctionDescriptor)));
  return descriptor;
}

void fill(llvm::GlobalVariable* descriptor, const Described& described, unsigned flags, llvm::Constant* function) {
  llvm::LLVMContext& context = descriptor->getContext();
  llvm::Type* byte = llvm::Type::getInt8Ty(context);
  llvm::Type* word = llvm::Type::getInt32Ty(context);
  if (described.asked) flags |= wire::kAsked;
  descriptor->setInitializer(llvm::ConstantStruct::get(
      descriptor_type(context),
      {llvm::ConstantInt::get(byte, static_cast<unsigned>(wire::NativeState::kRecorded)),
       llvm::ConstantInt::get(byte, flags), llvm::ConstantInt::get(byte, wire::kCompiledVersion),
       llvm::ConstantInt::get(byte, 0), function, distance_to_text(descriptor, kName, described.name),
       distance_to_text(descriptor, kModule, described.name_space), distance_to_text(descriptor, kFile, described.file),
       llvm::ConstantInt::get(word, described.line), llvm::ConstantInt::get(llvm::Type::getInt64Ty(context), 0)}));
}

// Whether several objects may have the function, all of them the same.
bool is_shared(const llvm::Function& function) {
  return function.hasLinkOnceODRLinkage() || function.hasWeakODRLinkage() || function.hasAvailableExternallyLinkage();
}

}  // namespace

Described described(const FunctionFacts& facts) {
  return {facts.name, facts.name_space, facts.file, facts.line, facts.asked == Asked::kTrace};
}

llvm::GlobalVariable* add_native_descriptor(llvm::Function& function, const Described& described) {
  llvm::Module& module = *function.getParent();
  const std::string name = ("__glimpse." + Facts::plain(function.getName())).str();
  llvm::GlobalVariable* descriptor = nullptr;
  if (is_shared(function)) {
    descriptor = new_descriptor(module, name, llvm::GlobalValue::LinkOnceODRLinkage);
    descriptor->setVisibility(llvm::GlobalValue::HiddenVisibility);
    descriptor->setComdat(module.getOrInsertComdat(descriptor->getName()));
  } else {
    descriptor = new_descriptor(module, name, llvm::GlobalValue::PrivateLinkage);
  }
  descriptor->setDSOLocal(true);
  const auto itself = -static_cast<std::int64_t>(kOffsets[kFunction]);
  fill(descriptor, described, wire::kNative,
       llvm::ConstantInt::getSigned(llvm::Type::getInt32Ty(module.getContext()), itself));
  return descriptor;
}

llvm::GlobalVariable* add_code_descriptor(llvm::Function& function, const Described& described) {
  llvm::Module& module = *function.getParent();
  llvm::GlobalVariable* descriptor = new_descriptor(module, ("__glimpse." + Facts::plain(function.getName())).str(),
                                                    llvm::GlobalValue::PrivateLinkage);
  // By a name that nothing else can stand in front of.
  auto* code =
      llvm::GlobalAlias::create(function.getValueType(), function.getAddressSpace(), llvm::GlobalValue::PrivateLinkage,
                                function.getName() + ".glimpse", &function, &module);
  fill(descriptor, described, 0, distance(descriptor, kFunction, code));
  if (function.hasComdat()) {
    descriptor->setComdat(function.getComdat());
  } else {
    descriptor->setMetadata(llvm::LLVMContext::MD_associated,
                            llvm::MDNode::get(module.getContext(), llvm::ValueAsMetadata::get(&function)));
  }
  llvm::appendToCompilerUsed(module, {descriptor});
  return descriptor;
}

}  // namespace glimpse::plugin
