// AddressSanitizer as a shared library (gcc's default) wants to be first in the list of libraries and ends a program in
// which it is not. A preloaded libglimpse.so comes before it, and does no harm there: it stands in front of none of the
// functions whose order matters. So it answers ASan's question for default options, unless the program does so itself.
//
// In libglimpse.so alone: a linked library comes behind. Called before constructors, before ASan is ready: reads
// nothing.
#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

extern "C" __attribute__((visibility("default"), weak)) const char* __asan_default_options() {
  return "verify_asan_link_order=0";
}

GLIMPSE_UNTRACED_END
