// Hook calls of excluded functions, taken out of the running program: GLIMPSE_PATCH_EXCLUDED.
//
//   e8 rel32        call hook            ->  a9 imm32     test eax, imm32
//   ff 15 disp32    call [rip + disp]    ->  3b 15 disp32 cmp edx, [rip + disp]
//   e9, ff 25       jmp hook (tail call) ->  c3           ret
//
// One byte each, so that another thread executes the old instruction or the new one. What a hook would do for an
// excluded function is nothing; so it does not matter when, in which order, or whether at all a call is patched, as
// long as it is made for that function only (runtime/patching/function_code.h).
//
// The hook that learns that its function is excluded asks for it once more at each call site, see slow_paths.h; then
// all hook calls of the function in the code around that call are patched at once. A call that is refused stays, and is
// remembered as such.
//
// Threads: one patches at a time, others go on. Signals: held back meanwhile. A forked child inherits what is patched.
// Failure: a call that is not patched costs what it did. Counted in the process file.
#pragma once

#include <cstdint>

#include "runtime/patching/entrances.h"

namespace glimpse::runtime {

// After dlclose: what was known of the code there.
void forget_code(const Code& module);

}  // namespace glimpse::runtime
