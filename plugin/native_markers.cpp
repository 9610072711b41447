#include "plugin/native_markers.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/IR/DebugInfoMetadata.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Module.h>
#include <llvm/Transforms/Utils/EscapeEnumerator.h>

#include "plugin/clang_versions.h"

namespace glimpse::plugin {
namespace {

llvm::FunctionCallee marker(llvm::Module& module, llvm::StringRef name) {
  llvm::LLVMContext& context = module.getContext();
  llvm::FunctionCallee callee = module.getOrInsertFunction(
      name, llvm::FunctionType::get(llvm::Type::getVoidTy(context), {byte_pointer(context)}, false));
  auto* function = llvm::cast<llvm::Function>(callee.getCallee());
  function->setDoesNotThrow();
  function->addFnAttr(llvm::Attribute::WillReturn);
  function->addFnAttr(llvm::Attribute::NoMerge);
  set_touches_nothing_of_the_programs(*function);
  return callee;
}

void put_marker(llvm::IRBuilder<>& builder, llvm::StringRef name, llvm::GlobalVariable* descriptor) {
  llvm::Module& module = *descriptor->getParent();
  builder.CreateCall(marker(module, name), builder.CreateBitCast(descriptor, byte_pointer(module.getContext())));
}

// A call without a line may not be inlined into code that has some.
llvm::DebugLoc line_of(const llvm::Function& function, const llvm::Instruction* near) {
  if (near != nullptr && near->getDebugLoc()) return near->getDebugLoc();
  llvm::DISubprogram* where = function.getSubprogram();
  if (where == nullptr) return {};
  return llvm::DILocation::get(function.getContext(), where->getScopeLine(), 0, where);
}

// Behind the variables of the function, which must stay at its beginning.
llvm::Instruction* first_action(llvm::Function& function) {
  llvm::Instruction* at = &*function.getEntryBlock().getFirstInsertionPt();
  while (llvm::isa<llvm::AllocaInst>(at)) at = at->getNextNode();
  return at;
}

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

bool native_mode_possible(const llvm::Module& module) {
  const llvm::Triple triple(module.getTargetTriple());
  return triple.getArch() == llvm::Triple::x86_64 && triple.isOSBinFormatELF() && triple.isArch64Bit() &&
         triple.getEnvironment() != llvm::Triple::GNUX32;
}

void add_markers(llvm::Function& function, const Described& described) {
  llvm::GlobalVariable* descriptor = add_native_descriptor(function, described);

  const bool may_unwind = !is_coroutine(function);
  if (may_unwind) choose_personality(function);
  llvm::EscapeEnumerator escapes(function, "glimpse.unwound", may_unwind);
  while (llvm::IRBuilder<>* at = escapes.Next()) {
    llvm::Instruction* end = &*at->GetInsertPoint();
    const bool unwound = llvm::isa<llvm::ResumeInst>(end);
    at->SetCurrentDebugLocation(line_of(function, end));
    put_marker(*at, unwound ? kUnwoundMarker : kExitMarker, descriptor);
  }

  // Last, as calls have become invokes.
  llvm::IRBuilder<> builder(first_action(function));
  builder.SetCurrentDebugLocation(line_of(function, nullptr));
  put_marker(builder, kEnterMarker, descriptor);
}

}  // namespace glimpse::plugin
