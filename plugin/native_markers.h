// The first half of native mode's pass: says where functions are entered and left, before anything else happens to
// them, so that calls which will be inlined count as plain -finstrument-functions counts them.
//
//   call void @__glimpse_enter(ptr @descriptor)     at the entry
//   call void @__glimpse_exit(ptr @descriptor)      before each return, and before a call that must be a tail call
//   call void @__glimpse_unwound(ptr @descriptor)   where an exception leaves; what may throw gets a landing pad for it
//
// None of these functions exists: native_code.h puts code in their place when all else is done. To the passes between
// they are calls that touch nothing of the program's, and may not go away.
//
// Threads: one, the compiler's. Failure: none.
#pragma once

#include <llvm/ADT/StringRef.h>
#include <llvm/IR/Function.h>

#include "plugin/descriptors.h"

namespace glimpse::plugin {

inline constexpr llvm::StringLiteral kEnterMarker = "__glimpse_enter";
inline constexpr llvm::StringLiteral kExitMarker = "__glimpse_exit";
inline constexpr llvm::StringLiteral kUnwoundMarker = "__glimpse_unwound";

// Whether the module is for a machine that native mode knows: x86-64 with 64-bit pointers, ELF.
bool native_mode_possible(const llvm::Module& module);

// `function` has a body that is not naked.
void add_markers(llvm::Function& function, const Described& described);

}  // namespace glimpse::plugin
