// Keeps a source file out of its own traces.
//
// Runtime sources begin with GLIMPSE_UNTRACED_BEGIN, before any other header, and end with GLIMPSE_UNTRACED_END. gcc is
// told the same by the flag -fno-instrument-functions; Clang has no such flag that wins over -finstrument-functions,
// but it has a pragma. It reaches what is declared: a class whose constructor is more than trivial must
// declare it, as in `Name() = default;`.
#pragma once

#if defined(__clang__)
#define GLIMPSE_UNTRACED_BEGIN \
  _Pragma("clang attribute push(__attribute__((no_instrument_function)), apply_to = function)")
#define GLIMPSE_UNTRACED_END _Pragma("clang attribute pop")
#else
#define GLIMPSE_UNTRACED_BEGIN
#define GLIMPSE_UNTRACED_END
#endif
