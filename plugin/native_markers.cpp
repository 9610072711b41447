#include "plugin/native_markers.h"

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/Module.h>

#include "plugin/clang_versions.h"
#include "plugin/escapes.h"

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

// Behind the variables of the function, which must stay at its beginning.
llvm::Instruction* first_action(llvm::Function& function) {
  llvm::Instruction* at = &*function.getEntryBlock().getFirstInsertionPt();
  while (llvm::isa<llvm::AllocaInst>(at)) at = at->getNextNode();
  return at;
}

}  // namespace

bool native_mode_possible(const llvm::Module& module) {
  const llvm::Triple triple(module.getTargetTriple());
  return triple.getArch() == llvm::Triple::x86_64 && triple.isOSBinFormatELF() && triple.isArch64Bit() &&
         triple.getEnvironment() != llvm::Triple::GNUX32;
}

void add_markers(llvm::Function& function, const Described& described) {
  llvm::GlobalVariable* descriptor = add_native_descriptor(function, described);

  for_each_escape(function, [&](llvm::IRBuilder<>& at, bool unwound) {
    put_marker(at, unwound ? kUnwoundMarker : kExitMarker, descriptor);
  });

  // Last, as calls have become invokes.
  llvm::IRBuilder<> builder(first_action(function));
  builder.SetCurrentDebugLocation(line_of(function, nullptr));
  put_marker(builder, kEnterMarker, descriptor);
}

}  // namespace glimpse::plugin
