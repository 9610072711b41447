// pthread_setname_np: a thread that names itself is known by that name from here on.
//
// In libglimpse.so alone: a program without dynamic linker has no other definition to hand over to. There, and where
// one thread names another, the new name is told when the thread ends.
#include <errno.h>
#include <pthread.h>

#include "glimpse/untraced.h"
#include "runtime/next_symbol.h"
#include "runtime/threads.h"

GLIMPSE_UNTRACED_BEGIN

namespace {

using SetNameFunction = int (*)(pthread_t, const char*);
SetNameFunction next_setname;

}  // namespace

extern "C" __attribute__((visibility("default"), weak)) int pthread_setname_np(pthread_t thread, const char* name) {
  SetNameFunction next = __atomic_load_n(&next_setname, __ATOMIC_RELAXED);
  if (next == nullptr) {
    next = reinterpret_cast<SetNameFunction>(glimpse::runtime::next_symbol("pthread_setname_np"));
    if (next == nullptr) return ENOSYS;
    __atomic_store_n(&next_setname, next, __ATOMIC_RELAXED);
  }
  const int result = next(thread, name);
  if (result == 0) glimpse::runtime::tell_name();
  return result;
}

GLIMPSE_UNTRACED_END
