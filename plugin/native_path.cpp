#include "plugin/native_path.h"

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/InlineAsm.h>
#include <llvm/IR/MDBuilder.h>
#include <llvm/Transforms/Utils/ModuleUtils.h>

#include <cstddef>

#include "glimpse/wire/compiled.h"
#include "glimpse/wire/event.h"
#include "glimpse/wire/native.h"
#include "plugin/clang_versions.h"

namespace glimpse::plugin {
namespace {

namespace lane_at = wire::native_lane;
namespace frame_at = wire::native_frame;
namespace word_of = wire::native_word;
using wire::FunctionDescriptor;
using wire::NativeObject;

constexpr unsigned kThreadPointer = 257;  // LLVM's address space of %fs

// One of the three functions while it is written.
class Writer {
 public:
  Writer(llvm::Module& module, llvm::StringRef name)
      : module_(module),
        context_(module.getContext()),
        ir_(context_),
        byte_(ir_.getInt8Ty()),
        half_(ir_.getInt32Ty()),
        whole_(ir_.getInt64Ty()) {
    function_ =
        llvm::Function::Create(llvm::FunctionType::get(ir_.getVoidTy(), {byte_pointer(context_), whole_, half_}, false),
                               llvm::GlobalValue::LinkOnceODRLinkage, name, module);
    function_->setVisibility(llvm::GlobalValue::HiddenVisibility);
    function_->setDSOLocal(true);
    function_->setComdat(module.getOrInsertComdat(name));
    function_->setCallingConv(llvm::CallingConv::PreserveAll);
    function_->setDoesNotThrow();
    set_unwind_table(*function_);
    ir_.SetInsertPoint(block("entry"));
  }

  llvm::Function* enter() {
    llvm::BasicBlock* held = hold(offsetof(NativeObject, enter));
    llvm::BasicBlock *inlined = block("inlined"), *near = block("near"), *record = block("record"), *full = nullptr;
    llvm::BasicBlock *deep = block("deep"), *open = block("open");
    ir_.SetInsertPoint(held);
    llvm::Value* top = lane(lane_at::kTop, whole_);
    llvm::Value* next = ir_.CreateAdd(top, whole(frame_at::kBytes));
    go_on_unless(ir_.CreateICmpEQ(next, lane(lane_at::kEnd, whole_)), give_up_);
    // Inlined functions share stack pointer and call site with the frame they live in.
    llvm::Value* below = ir_.CreateSub(memory(top, frame_at::kStackPointer, whole_), stack_pointer());
    llvm::Value* is_near = ir_.CreateICmpULT(ir_.CreateSub(below, whole(1)), whole(frame_at::kNearBytes));
    ir_.CreateCondBr(is_near, near, inlined, likely());
    ir_.SetInsertPoint(inlined);
    llvm::Value* same_site = ir_.CreateICmpEQ(memory(top, frame_at::kCallSite, half_), call_site());
    llvm::Value* same = ir_.CreateAnd(ir_.CreateICmpEQ(below, whole(0)), same_site);
    ir_.CreateCondBr(same, near, give_up_, likely());

    ir_.SetInsertPoint(near);
    llvm::Value* matched = lane(lane_at::kMatched, half_);
    ir_.CreateCondBr(ir_.CreateICmpULT(matched, lane(lane_at::kDepthLimit, half_)), record, deep);
    ir_.SetInsertPoint(deep);
    llvm::Value* beyond = ir_.CreateAnd(word_, half(word_of::kBeyondDepth));
    ir_.CreateBr(open);
    ir_.SetInsertPoint(record);
    push(ir_.CreateSub(word_, half(word_of::kStartLess)));
    set_lane(lane_at::kMatched, ir_.CreateAdd(matched, half(1)));
    full = ir_.GetInsertBlock();
    ir_.CreateBr(open);

    ir_.SetInsertPoint(open);
    llvm::PHINode* what = ir_.CreatePHI(half_, 2);
    what->addIncoming(beyond, deep);
    what->addIncoming(word_, full);
    set_memory(next, frame_at::kStackPointer, stack_pointer());
    llvm::Value* site_and_word =
        ir_.CreateOr(ir_.CreateShl(ir_.CreateZExt(what, whole_), 32), ir_.CreateZExt(call_site(), whole_));
    set_memory(next, frame_at::kCallSite, site_and_word);
    signal_fence();
    set_lane(lane_at::kTop, next);
    release();
    return function_;
  }

  llvm::Function* exit() {
    llvm::BasicBlock* held = hold(offsetof(NativeObject, exit));
    llvm::BasicBlock *record = block("record"), *unrecorded = block("unrecorded"), *close = block("close");
    ir_.SetInsertPoint(held);
    llvm::Value* top = lane(lane_at::kTop, whole_);
    go_on_unless(ir_.CreateICmpNE(memory(top, frame_at::kStackPointer, whole_), stack_pointer()), give_up_);
    llvm::Value* what = memory(top, frame_at::kCallSite + 4, half_);
    ir_.CreateCondBr(ir_.CreateICmpEQ(what, word_), record, unrecorded);
    ir_.SetInsertPoint(unrecorded);
    llvm::Value* beyond = ir_.CreateAnd(word_, half(word_of::kBeyondDepth));
    ir_.CreateCondBr(ir_.CreateICmpEQ(what, beyond), close, give_up_, likely());
    ir_.SetInsertPoint(record);
    push(ir_.CreateSub(word_, half(word_of::kEndLess)));
    set_lane(lane_at::kMatched, ir_.CreateSub(lane(lane_at::kMatched, half_), half(1)));
    ir_.CreateBr(close);
    ir_.SetInsertPoint(close);
    set_lane(lane_at::kTop, ir_.CreateSub(top, whole(frame_at::kBytes)));
    release();
    return function_;
  }

  llvm::Function* unwound() {
    call_out(offsetof(NativeObject, unwound));
    return function_;
  }

 private:
  llvm::BasicBlock* block(const char* name) { return llvm::BasicBlock::Create(context_, name, function_); }
  llvm::ConstantInt* whole(std::uint64_t value) { return ir_.getInt64(value); }
  llvm::ConstantInt* half(std::uint32_t value) { return ir_.getInt32(value); }
  llvm::Value* descriptor() { return function_->getArg(0); }
  llvm::Value* stack_pointer() { return function_->getArg(1); }
  llvm::Value* call_site() { return function_->getArg(2); }
  llvm::MDNode* likely() { return llvm::MDBuilder(context_).createBranchWeights(2000, 1); }
  llvm::MDNode* unlikely() { return llvm::MDBuilder(context_).createBranchWeights(1, 2000); }

  void go_on_unless(llvm::Value* condition, llvm::BasicBlock* otherwise) {
    llvm::BasicBlock* next = block("next");
    ir_.CreateCondBr(condition, otherwise, next, unlikely());
    ir_.SetInsertPoint(next);
  }

  // Memory at `address + offset`; in the thread's storage where the address is a distance from %fs.
  llvm::Value* pointer(llvm::Value* address, unsigned offset, llvm::Type* type, unsigned space = 0) {
    if (offset != 0) address = ir_.CreateAdd(address, whole(offset));
    return ir_.CreateIntToPtr(address, pointer_to(type, space));
  }
  llvm::Value* memory(llvm::Value* address, unsigned offset, llvm::Type* type) {
    return ir_.CreateAlignedLoad(type, pointer(address, offset, type), llvm::Align(type == whole_ ? 8 : 4));
  }
  void set_memory(llvm::Value* address, unsigned offset, llvm::Value* value) {
    ir_.CreateAlignedStore(value, pointer(address, offset, value->getType()),
                           llvm::Align(value->getType() == whole_ ? 8 : 4));
  }
  llvm::Value* lane(unsigned offset, llvm::Type* type) {
    return ir_.CreateAlignedLoad(type, pointer(lane_, offset, type, kThreadPointer),
                                 llvm::Align(type == whole_ ? 8 : 4));
  }
  void set_lane(unsigned offset, llvm::Value* value) {
    ir_.CreateAlignedStore(value, pointer(lane_, offset, value->getType(), kThreadPointer),
                           llvm::Align(value->getType() == whole_ ? 8 : 4));
  }
  llvm::Value* field(llvm::Value* base, std::size_t offset, llvm::Type* type) {
    llvm::Value* bytes = ir_.CreateBitCast(base, byte_pointer(context_));
    llvm::Value* at = ir_.CreateBitCast(ir_.CreateConstInBoundsGEP1_64(byte_, bytes, offset), pointer_to(type));
    return ir_.CreateAlignedLoad(type, at, llvm::Align(8));
  }
  // What a signal handler on this thread may see must not be moved past this; no instruction.
  void signal_fence() { ir_.CreateFence(llvm::AtomicOrdering::SequentiallyConsistent, llvm::SyncScope::SingleThread); }

  // The slow path, whatever the reason.
  void call_out(std::size_t hook) {
    llvm::FunctionType* type = function_->getFunctionType();
    llvm::Value* target = field(native_object(module_), hook, pointer_to(type));
    llvm::CallInst* call = ir_.CreateCall(type, target, {descriptor(), stack_pointer(), call_site()});
    call->setCallingConv(llvm::CallingConv::PreserveAll);
    call->setDoesNotThrow();
    ir_.CreateRetVoid();
  }

  // Looks at word and guard, and takes the lane. Returns where to go on; sets where to go when that leads nowhere.
  llvm::BasicBlock* hold(std::size_t hook) {
    llvm::BasicBlock *held = block("held"), *slow = block("slow");
    give_up_ = block("give_up");
    word_ = memory(field(descriptor(), offsetof(FunctionDescriptor, word), whole_), 0, half_);
    go_on_unless(ir_.CreateICmpEQ(ir_.CreateAnd(word_, half(word_of::kCounted)), half(0)), slow);
    lane_ = field(native_object(module_), offsetof(NativeObject, lane), whole_);
    go_on_unless(ir_.CreateICmpNE(lane(lane_at::kGuard, whole_), whole(0)), slow);
    set_lane(lane_at::kGuard, stack_pointer());
    signal_fence();
    ir_.CreateBr(held);
    ir_.SetInsertPoint(give_up_);
    signal_fence();
    set_lane(lane_at::kGuard, whole(0));
    ir_.CreateBr(slow);
    ir_.SetInsertPoint(slow);
    call_out(hook);
    return held;
  }

  void release() {
    signal_fence();
    set_lane(lane_at::kGuard, whole(0));
    ir_.CreateRetVoid();
  }

  // runtime/hot/ring_push.h
  void push(llvm::Value* event) {
    llvm::Type* halves = llvm::StructType::get(half_, half_);
    llvm::Value* now = ir_.CreateCall(llvm::InlineAsm::get(llvm::FunctionType::get(halves, false), "rdtsc",
                                                           "={ax},={dx},~{dirflag},~{fpsr},~{flags}",
                                                           /*hasSideEffects=*/true));
    go_on_unless(ir_.CreateICmpNE(ir_.CreateExtractValue(now, 1), lane(lane_at::kEpoch, half_)), give_up_);
    llvm::Value* ring = lane(lane_at::kRing, whole_);
    llvm::Value* head = memory(ring, 0, whole_);
    go_on_unless(ir_.CreateICmpEQ(head, lane(lane_at::kLimit, whole_)), give_up_);
    llvm::Value* low = ir_.CreateZExt(ir_.CreateExtractValue(now, 0), whole_);
    llvm::Value* stamped = ir_.CreateAdd(ir_.CreateShl(low, 32), ir_.CreateZExt(event, whole_));
    llvm::Value* at = ir_.CreateAdd(lane(lane_at::kLap, whole_), ir_.CreateShl(head, 3));
    llvm::Value* word = pointer(at, 0, whole_);
    ir_.CreateAlignedStore(stamped, word, llvm::Align(8))->setAtomic(llvm::AtomicOrdering::Monotonic);
    // A processor that does not know the instruction does nothing.
    llvm::Type* one_pointer[] = {word->getType()};
    ir_.CreateCall(llvm::InlineAsm::get(llvm::FunctionType::get(ir_.getVoidTy(), one_pointer, false),
                                        "prefetchw " + std::to_string(word_of::kPrefetchBytes) + "($0)",
                                        "r,~{dirflag},~{fpsr},~{flags}", /*hasSideEffects=*/true),
                   {word});
    ir_.CreateAlignedStore(ir_.CreateAdd(head, whole(1)), pointer(ring, 0, whole_), llvm::Align(8))
        ->setAtomic(llvm::AtomicOrdering::Release);
  }

  llvm::Module& module_;
  llvm::LLVMContext& context_;
  llvm::IRBuilder<> ir_;
  llvm::Type* byte_;
  llvm::Type* half_;
  llvm::Type* whole_;
  llvm::Function* function_;
  llvm::Value* word_ = nullptr;
  llvm::Value* lane_ = nullptr;
  llvm::BasicBlock* give_up_ = nullptr;
};

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
  ir.CreateCall(type, attach, {ir.CreateBitCast(object, pointer), bound("__start_"), bound("__stop_")});
  ir.CreateBr(done);
  ir.SetInsertPoint(done);
  ir.CreateRetVoid();
  llvm::appendToGlobalCtors(module, constructor, 0, constructor);
}

}  // namespace

llvm::GlobalVariable* native_object(llvm::Module& module) {
  const std::string name = versioned("__glimpse_object");
  if (llvm::GlobalVariable* object = module.getGlobalVariable(name)) return object;
  llvm::LLVMContext& context = module.getContext();
  llvm::Type* half = llvm::Type::getInt32Ty(context);
  llvm::Type* rest = llvm::ArrayType::get(llvm::Type::getInt64Ty(context), sizeof(NativeObject) / 8 - 1);
  llvm::StructType* type = llvm::StructType::get(context, {half, half, rest});
  llvm::Constant* value =
      llvm::ConstantStruct::get(type, {llvm::ConstantInt::get(half, wire::kNativeVersion),
                                       llvm::ConstantInt::get(half, 0), llvm::Constant::getNullValue(rest)});
  auto* object =
      new llvm::GlobalVariable(module, type, /*isConstant=*/false, llvm::GlobalValue::LinkOnceODRLinkage, value, name);
  object->setVisibility(llvm::GlobalValue::HiddenVisibility);
  object->setDSOLocal(true);
  object->setComdat(module.getOrInsertComdat(name));
  object->setAlignment(llvm::Align(8));
  add_constructor(module, object);
  return object;
}

llvm::Function* enter_function(llvm::Module& module) {
  const std::string name = versioned("__glimpse_enter");
  if (llvm::Function* function = module.getFunction(name)) return function;
  return Writer(module, name).enter();
}

llvm::Function* exit_function(llvm::Module& module) {
  const std::string name = versioned("__glimpse_exit");
  if (llvm::Function* function = module.getFunction(name)) return function;
  return Writer(module, name).exit();
}

llvm::Function* unwound_function(llvm::Module& module) {
  const std::string name = versioned("__glimpse_unwound");
  if (llvm::Function* function = module.getFunction(name)) return function;
  return Writer(module, name).unwound();
}

}  // namespace glimpse::plugin
