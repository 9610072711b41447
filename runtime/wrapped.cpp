// The same as interposers.cpp, for programs that carry the C++ library or the unwinder in themselves: there nothing can
// stand in front of them when the program runs, but the linker can when it is made.
//
//   -static-libstdc++, -static-libgcc, -static:    -Wl,--wrap=_Unwind_RaiseException,--wrap=…   libglimpse_wrapped.a
//
// This lies in the program and calls what libglimpse exports, if that is there: preloaded, linked or built in. Where a
// shared library's own throws are seen twice, once here and once by the interposers, the later one counts.
//
// The linker makes __real_X of X. They are weak because a program may need some of them only.
#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <stdint.h>
#include <unwind.h>

extern "C" {

#define GLIMPSE_IF_THERE __attribute__((weak))
#define GLIMPSE_WRAPPER __attribute__((visibility("hidden")))

GLIMPSE_IF_THERE void glimpse_note_throw(const void* exception, const void* frame_address);
GLIMPSE_IF_THERE void glimpse_note_landing(uintptr_t stack_pointer);
GLIMPSE_IF_THERE void glimpse_note_catch(const void* exception, uintptr_t stack_pointer);

GLIMPSE_IF_THERE _Unwind_Reason_Code __real__Unwind_RaiseException(_Unwind_Exception*);
GLIMPSE_IF_THERE _Unwind_Reason_Code __real__Unwind_Resume_or_Rethrow(_Unwind_Exception*);
GLIMPSE_IF_THERE void __real__Unwind_SetIP(_Unwind_Context*, _Unwind_Ptr);
GLIMPSE_IF_THERE void* __real___cxa_begin_catch(void*);

GLIMPSE_WRAPPER _Unwind_Reason_Code __wrap__Unwind_RaiseException(_Unwind_Exception* exception) {
  if (&glimpse_note_throw != nullptr) glimpse_note_throw(exception, __builtin_frame_address(0));
  return __real__Unwind_RaiseException(exception);
}

GLIMPSE_WRAPPER _Unwind_Reason_Code __wrap__Unwind_Resume_or_Rethrow(_Unwind_Exception* exception) {
  if (&glimpse_note_throw != nullptr) glimpse_note_throw(exception, __builtin_frame_address(0));
  return __real__Unwind_Resume_or_Rethrow(exception);
}

GLIMPSE_WRAPPER void __wrap__Unwind_SetIP(_Unwind_Context* context, _Unwind_Ptr address) {
  if (&glimpse_note_landing != nullptr) glimpse_note_landing(_Unwind_GetCFA(context));
  __real__Unwind_SetIP(context, address);
}

GLIMPSE_WRAPPER void* __wrap___cxa_begin_catch(void* exception) {
  if (&glimpse_note_catch != nullptr) {
    glimpse_note_catch(exception, reinterpret_cast<uintptr_t>(__builtin_dwarf_cfa()));
  }
  return __real___cxa_begin_catch(exception);
}

}  // extern "C"

GLIMPSE_UNTRACED_END
