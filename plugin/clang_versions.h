// Everything that differs between the versions of Clang that the plugin is built for: 14, 16 and 19.
#pragma once

#include <clang/Basic/FileManager.h>
#include <clang/Basic/Version.h>
#include <clang/Lex/PPCallbacks.h>
#include <llvm/IR/Constants.h>
#include <llvm/IR/DerivedTypes.h>
#include <llvm/IR/Function.h>
#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/Type.h>

#if CLANG_VERSION_MAJOR < 16
#include <llvm/ADT/Optional.h>
#include <llvm/ADT/Triple.h>
#else
#include <llvm/TargetParser/Triple.h>

#include <optional>
#endif

namespace glimpse::plugin {

// A file that Clang may know, as PPCallbacks::HasInclude takes it.
#if CLANG_VERSION_MAJOR < 16
using MaybeFile = llvm::Optional<clang::FileEntryRef>;
#else
using MaybeFile = clang::OptionalFileEntryRef;
#endif

inline MaybeFile find_file(clang::FileManager& files, llvm::StringRef path) { return files.getOptionalFileRef(path); }

// A pointer to `type`: Clang 14 has typed pointers, 19 has none.
inline llvm::PointerType* pointer_to(llvm::Type* type, unsigned address_space = 0) {
  return llvm::PointerType::get(type, address_space);
}
inline llvm::PointerType* byte_pointer(llvm::LLVMContext& context) {
  return pointer_to(llvm::Type::getInt8Ty(context));
}

inline llvm::Function* intrinsic_declaration(llvm::Module& module, llvm::Intrinsic::ID id) {
  return llvm::Intrinsic::getDeclaration(&module, id);
}

inline void set_touches_nothing_of_the_programs(llvm::Function& function) {
  function.setOnlyAccessesInaccessibleMemory();
}

// Signal handlers walk stacks from anywhere.
inline void set_unwind_table(llvm::Function& function) {
#if CLANG_VERSION_MAJOR < 16
  function.setHasUWTable();
#else
  function.setUWTableKind(llvm::UWTableKind::Async);
#endif
}

}  // namespace glimpse::plugin
