// The functions of the C++ run time that glimpse stands in front of, to learn how exceptions travel. Each notes what
// happens and hands over to the real one.
//
//   _Unwind_RaiseException, _Unwind_Resume_or_Rethrow   an exception sets out: throw, rethrow_exception, throw;
//   _Unwind_SetIP                                       a frame's landing pad is chosen: everything below it is gone
//   __cxa_begin_catch                                   a handler has it
//
// They are weak, so that in a static program the C++ library's own definitions win without a clash.
#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <unwind.h>

#include "runtime/next_symbol.h"
#include "runtime/unwinding.h"

namespace {

using namespace glimpse::runtime;

// The real function behind an interposer, looked up at its first call.
template <typename Function>
Function real(Function& cached, const char* name) {
  Function found = __atomic_load_n(&cached, __ATOMIC_RELAXED);
  if (found == nullptr) {
    found = reinterpret_cast<Function>(next_symbol(name));
    __atomic_store_n(&cached, found, __ATOMIC_RELAXED);
  }
  return found;
}

using RaiseFunction = _Unwind_Reason_Code (*)(_Unwind_Exception*);
using SetIpFunction = void (*)(_Unwind_Context*, _Unwind_Ptr);
using GetCfaFunction = _Unwind_Word (*)(_Unwind_Context*);
using BeginCatchFunction = void* (*)(void*);

RaiseFunction raise_exception;
RaiseFunction resume_or_rethrow;
SetIpFunction set_ip;
GetCfaFunction get_cfa;
BeginCatchFunction begin_catch;

}  // namespace

#define GLIMPSE_INTERPOSER __attribute__((visibility("default"), weak))

extern "C" {

GLIMPSE_INTERPOSER _Unwind_Reason_Code _Unwind_RaiseException(_Unwind_Exception* exception) {
  const RaiseFunction next = real(raise_exception, "_Unwind_RaiseException");
  if (next == nullptr) return _URC_FATAL_PHASE1_ERROR;
  note_throw(exception);
  return next(exception);
}

GLIMPSE_INTERPOSER _Unwind_Reason_Code _Unwind_Resume_or_Rethrow(_Unwind_Exception* exception) {
  const RaiseFunction next = real(resume_or_rethrow, "_Unwind_Resume_or_Rethrow");
  if (next == nullptr) return _URC_FATAL_PHASE1_ERROR;
  note_throw(exception);
  return next(exception);
}

GLIMPSE_INTERPOSER void _Unwind_SetIP(_Unwind_Context* context, _Unwind_Ptr address) {
  if (const GetCfaFunction cfa = real(get_cfa, "_Unwind_GetCFA")) note_landing(cfa(context));
  if (const SetIpFunction next = real(set_ip, "_Unwind_SetIP")) next(context, address);
}

GLIMPSE_INTERPOSER void* __cxa_begin_catch(void* exception) {
  note_catch(exception, reinterpret_cast<std::uintptr_t>(__builtin_dwarf_cfa()));
  const BeginCatchFunction next = real(begin_catch, "__cxa_begin_catch");
  return next(exception);
}

}  // extern "C"

GLIMPSE_UNTRACED_END
