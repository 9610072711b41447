// The functions of the C++ run time that glimpse stands in front of, to learn how exceptions travel. Each notes what
// happens and hands over to the real one.
//
//   _Unwind_RaiseException, _Unwind_Resume_or_Rethrow   an exception sets out: throw, rethrow_exception, throw;
//   _Unwind_SetIP                                       a frame's landing pad is chosen: everything below it is gone
//   __cxa_begin_catch                                   a handler has it
//   _Unwind_SetGR                                       whether the landing pad has a handler, and for what: asked only
//                                                       where the program has a __cxa_begin_catch of its own
//                                                       (-static-libstdc++), which nobody can stand in front of
//
// They are weak, so that in a static program the C++ library's own definitions win without a clash.
#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <dlfcn.h>
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
using SetGrFunction = void (*)(_Unwind_Context*, int, _Unwind_Word);
using GetCfaFunction = _Unwind_Word (*)(_Unwind_Context*);
using BeginCatchFunction = void* (*)(void*);

RaiseFunction raise_exception;
RaiseFunction resume_or_rethrow;
SetIpFunction set_ip;
SetGrFunction set_gr;
GetCfaFunction get_cfa;
BeginCatchFunction begin_catch;

// The registers of a landing pad as the personality routine sets them before its address, on this thread.
struct Landing {
  _Unwind_Word exception;
  _Unwind_Word selector;  // not 0: which of the frame's handlers takes it
};
constinit thread_local Landing landing __attribute__((tls_model("initial-exec"))){};

// Whether `personality` belongs to the shared C++ library, whose __cxa_begin_catch is ours.
bool catches_are_seen(const void* personality) {
  const auto known = real(begin_catch, "__cxa_begin_catch");
  dl_find_object library{};
  if (known == nullptr || _dl_find_object(reinterpret_cast<void*>(known), &library) != 0) return false;
  return personality >= library.dlfo_map_start && personality < library.dlfo_map_end;
}

}  // namespace

#define GLIMPSE_INTERPOSER __attribute__((visibility("default"), weak))

extern "C" {

GLIMPSE_INTERPOSER _Unwind_Reason_Code _Unwind_RaiseException(_Unwind_Exception* exception) {
  const RaiseFunction next = real(raise_exception, "_Unwind_RaiseException");
  if (next == nullptr) return _URC_FATAL_PHASE1_ERROR;
  note_throw(exception, caller_of(__builtin_frame_address(0)));
  return next(exception);
}

GLIMPSE_INTERPOSER _Unwind_Reason_Code _Unwind_Resume_or_Rethrow(_Unwind_Exception* exception) {
  const RaiseFunction next = real(resume_or_rethrow, "_Unwind_Resume_or_Rethrow");
  if (next == nullptr) return _URC_FATAL_PHASE1_ERROR;
  note_throw(exception, caller_of(__builtin_frame_address(0)));
  return next(exception);
}

GLIMPSE_INTERPOSER void _Unwind_SetIP(_Unwind_Context* context, _Unwind_Ptr address) {
  const void* exception = nullptr;
  if (landing.selector != 0 && !catches_wrapped() && !catches_are_seen(__builtin_return_address(0))) {
    exception = reinterpret_cast<const void*>(landing.exception);
  }
  landing.selector = 0;
  if (const GetCfaFunction cfa = real(get_cfa, "_Unwind_GetCFA")) note_landing(cfa(context), exception);
  if (const SetIpFunction next = real(set_ip, "_Unwind_SetIP")) next(context, address);
}

GLIMPSE_INTERPOSER void _Unwind_SetGR(_Unwind_Context* context, int index, _Unwind_Word value) {
  if (index == __builtin_eh_return_data_regno(0)) landing.exception = value;
  if (index == __builtin_eh_return_data_regno(1)) landing.selector = value;
  if (const SetGrFunction next = real(set_gr, "_Unwind_SetGR")) next(context, index, value);
}

GLIMPSE_INTERPOSER void* __cxa_begin_catch(void* exception) {
  note_catch(exception, reinterpret_cast<std::uintptr_t>(__builtin_dwarf_cfa()));
  const BeginCatchFunction next = real(begin_catch, "__cxa_begin_catch");
  return next(exception);
}

}  // extern "C"

GLIMPSE_UNTRACED_END
