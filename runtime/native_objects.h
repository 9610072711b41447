// The executables and libraries that carry glimpse's own instrumentation (include/glimpse/wire/native.h): they announce
// themselves when they are loaded, and get the memory of their functions' words.
//
// Threads and signals: safe anywhere. What was mapped for an object that is gone is kept for the next.
#pragma once

namespace glimpse::runtime {

// Around dlclose, which may be called within itself: afterwards objects that are not loaded any more are forgotten, so
// that their addresses may come again.
void begin_unloading();
void end_unloading();

// From here on every function of every object takes its slow path, and is not recorded.
void forget_native_words();

// Functions that the policy excludes ask at their next call whether it still does. While something is being unloaded,
// that is left to its end.
void ask_native_functions_again();

}  // namespace glimpse::runtime
