// Everything that differs between the versions of Clang that the plugin is built for: 14, 16 and 19.
#pragma once

#include <clang/Basic/FileManager.h>
#include <clang/Basic/Version.h>
#include <clang/Lex/PPCallbacks.h>
#include <llvm/IR/Constants.h>
#include <llvm/IR/DerivedTypes.h>
#include <llvm/IR/Type.h>

#if CLANG_VERSION_MAJOR < 16
#include <llvm/ADT/Optional.h>
#else
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

}  // namespace glimpse::plugin
