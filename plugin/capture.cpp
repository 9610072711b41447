#include "plugin/capture.h"

#include <llvm/ADT/SmallVector.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/Module.h>

#include "plugin/argument_places.h"
#include "plugin/clang_versions.h"
#include "plugin/native_markers.h"

namespace glimpse::plugin {
namespace {

using wire::ValueKind;

constexpr const char* kEnterHook = "__cyg_profile_func_enter";
constexpr const char* kExitHook = "__cyg_profile_func_exit";

// `void __glimpse_capture_…(function, format, values)`: calls the runtime's where it is there. A jump, so that the
// runtime sees the stack pointer of the function itself.
llvm::Function* guarded_call(llvm::Module& module, llvm::StringRef runtime_name) {
  const std::string name = ("__" + runtime_name).str();
  if (llvm::Function* known = module.getFunction(name)) return known;
  llvm::LLVMContext& context = module.getContext();
  llvm::PointerType* pointer = byte_pointer(context);
  auto* type = llvm::FunctionType::get(llvm::Type::getVoidTy(context), {pointer, pointer, pointer}, false);
  llvm::Function* runtime = module.getFunction(runtime_name);
  if (runtime == nullptr) {
    runtime = llvm::Function::Create(type, llvm::GlobalValue::ExternalWeakLinkage, runtime_name, module);
    runtime->setDoesNotThrow();
    runtime->addFnAttr(llvm::Attribute::NonLazyBind);  // looked up where it is looked for: in the global offset table
  }
  llvm::Function* guarded = llvm::Function::Create(type, llvm::GlobalValue::LinkOnceODRLinkage, name, module);
  guarded->setVisibility(llvm::GlobalValue::HiddenVisibility);
  guarded->setDSOLocal(true);
  guarded->setComdat(module.getOrInsertComdat(name));
  guarded->setDoesNotThrow();
  set_unwind_table(*guarded);
  llvm::IRBuilder<> ir(llvm::BasicBlock::Create(context, "", guarded));
  auto* there = llvm::BasicBlock::Create(context, "there", guarded);
  auto* absent = llvm::BasicBlock::Create(context, "absent", guarded);
  llvm::Value* is_there =
      ir.CreateICmpNE(runtime, llvm::ConstantPointerNull::get(llvm::cast<llvm::PointerType>(runtime->getType())));
  ir.CreateCondBr(is_there, there, absent);
  ir.SetInsertPoint(there);
  llvm::CallInst* call = ir.CreateCall(type, runtime, {guarded->getArg(0), guarded->getArg(1), guarded->getArg(2)});
  call->setTailCallKind(llvm::CallInst::TCK_MustTail);
  ir.CreateRetVoid();
  ir.SetInsertPoint(absent);
  ir.CreateRetVoid();
  return guarded;
}

llvm::Constant* constant_format(llvm::Function& function, const std::vector<CapturedValue>& values) {
  llvm::Module& module = *function.getParent();
  llvm::Constant* bytes =
      llvm::ConstantDataArray::getString(module.getContext(), capture_format(values), /*AddNull=*/false);
  auto* format = new llvm::GlobalVariable(module, bytes->getType(), /*isConstant=*/true,
                                          llvm::GlobalValue::PrivateLinkage, bytes, "__glimpse_format");
  format->setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Global);
  format->setAlignment(llvm::Align(8));
  return llvm::ConstantExpr::getBitCast(format, byte_pointer(module.getContext()));
}

// The values of one call, on their way to the stack.
class Values {
 public:
  Values(llvm::Function& function, const std::vector<CapturedValue>& values)
      : context_(function.getContext()),
        word_(llvm::Type::getInt64Ty(context_)),
        format_(constant_format(function, values)) {
    unsigned words = 0;
    for (const CapturedValue& value : values) words += words_of(value);
    if (words == 0) return;
    llvm::IRBuilder<> ir(&function.getEntryBlock(), function.getEntryBlock().begin());
    type_ = llvm::ArrayType::get(word_, words);
    words_ = ir.CreateAlloca(type_, nullptr, "glimpse.values");
    words_->setAlignment(llvm::Align(8));
  }

  // The value's arguments of LLVM's, in their order.
  void store(llvm::IRBuilder<>& ir, const CapturedValue& value, const Place& place) {
    const unsigned words = words_of(value);
    if (words == 0) return;
    if (place.in_memory) {
      for (unsigned i = 0; i < words; ++i) put(ir, next_ + i, load_word(ir, place.parts[0], i));
    } else if (place.parts[0]->getType()->isX86_FP80Ty()) {
      llvm::Type* type = place.parts[0]->getType();
      ir.CreateAlignedStore(place.parts[0], ir.CreateBitCast(address(ir, next_), pointer_to(type)), llvm::Align(8));
    } else {
      for (unsigned i = 0; i < words; ++i) put(ir, next_ + i, as_word(ir, place.parts[i]));
    }
    next_ += words;
  }

  void call(llvm::IRBuilder<>& ir, llvm::StringRef runtime_name, llvm::Value* function) {
    llvm::PointerType* pointer = byte_pointer(context_);
    llvm::Function* callee = guarded_call(*ir.GetInsertBlock()->getModule(), runtime_name);
    llvm::Value* words = words_ == nullptr ? static_cast<llvm::Value*>(llvm::ConstantPointerNull::get(pointer))
                                           : ir.CreateBitCast(words_, pointer);
    ir.CreateCall(callee, {ir.CreateBitCast(function, pointer), format_, words});
  }

 private:
  llvm::Value* address(llvm::IRBuilder<>& ir, unsigned word) {
    return ir.CreateConstInBoundsGEP2_32(type_, words_, 0, word);
  }
  void put(llvm::IRBuilder<>& ir, unsigned word, llvm::Value* value) {
    ir.CreateAlignedStore(value, address(ir, word), llvm::Align(8));
  }
  llvm::Value* load_word(llvm::IRBuilder<>& ir, llvm::Value* object, unsigned index) {
    llvm::Value* words = ir.CreateBitCast(object, pointer_to(word_));
    return ir.CreateAlignedLoad(word_, ir.CreateConstInBoundsGEP1_32(word_, words, index), llvm::Align(1));
  }
  llvm::Value* as_word(llvm::IRBuilder<>& ir, llvm::Value* value) {
    llvm::Type* type = value->getType();
    if (type->isPointerTy()) return ir.CreatePtrToInt(value, word_);
    if (type->isFloatTy()) value = ir.CreateBitCast(value, ir.getInt32Ty());
    if (type->isDoubleTy()) return ir.CreateBitCast(value, word_);
    return ir.CreateZExtOrTrunc(value, word_);
  }

  llvm::LLVMContext& context_;
  llvm::Type* word_;
  llvm::Constant* format_;
  llvm::Type* type_ = nullptr;
  llvm::AllocaInst* words_ = nullptr;
  unsigned next_ = 0;
};

// What is shown where it is not known how values are passed.
void forget_values(CapturedValue& value) {
  if (value.kind == ValueKind::kRedacted || value.kind == ValueKind::kOther) return;
  value.kind = ValueKind::kOther;
  value.enumerators.clear();
}

llvm::SmallVector<llvm::CallInst*, 8> calls_of(llvm::Function& function, llvm::StringRef hook, llvm::StringRef marker) {
  llvm::SmallVector<llvm::CallInst*, 8> calls;
  for (llvm::Instruction& instruction : llvm::instructions(function)) {
    auto* call = llvm::dyn_cast<llvm::CallInst>(&instruction);
    const auto* callee =
        call == nullptr ? nullptr : llvm::dyn_cast<llvm::Function>(call->getCalledOperand()->stripPointerCasts());
    if (callee == nullptr) continue;
    const bool own_hook =
        callee->getName() == hook && call->arg_size() == 2 && call->getArgOperand(0)->stripPointerCasts() == &function;
    if (own_hook || callee->getName() == marker) calls.push_back(call);
  }
  return calls;
}

void capture_arguments(llvm::Function& function, const CapturedCall& call) {
  const auto entries = calls_of(function, kEnterHook, kEnterMarker);
  if (entries.size() != 1 || call.arguments.empty()) return;
  std::vector<CapturedValue> arguments = call.arguments;
  std::vector<Place> places = places_of_arguments(function, call);
  if (places.empty()) {
    for (CapturedValue& argument : arguments) forget_values(argument);
    places.resize(arguments.size());
  }
  Values values(function, arguments);
  llvm::IRBuilder<> ir(entries.front());
  for (std::size_t i = 0; i < arguments.size(); ++i) values.store(ir, arguments[i], places[i]);
  values.call(ir, wire::kCaptureArgumentsCall, entries.front()->getArgOperand(0));
}

void capture_result(llvm::Function& function, const CapturedCall& call) {
  if (!call.has_result) return;
  for (llvm::CallInst* exit : calls_of(function, kExitHook, kExitMarker)) {
    auto* end = llvm::dyn_cast<llvm::ReturnInst>(exit->getParent()->getTerminator());
    if (end == nullptr || exit->getParent()->getTerminatingMustTailCall() != nullptr) continue;
    llvm::IRBuilder<> ir(exit);
    CapturedValue result = call.result;
    Place place = place_of_result(ir, function, call, end->getReturnValue());
    if (place.parts.empty()) forget_values(result);
    Values values(function, {result});
    values.store(ir, result, place);
    values.call(ir, wire::kCaptureResultCall, exit->getArgOperand(0));
  }
}

}  // namespace

void add_capture(llvm::Function& function, const CapturedCall& call) {
  if (call.wanted.args) capture_arguments(function, call);
  if (call.wanted.result) capture_result(function, call);
}

}  // namespace glimpse::plugin
