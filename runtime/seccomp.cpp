// prctl and syscall, to learn when a program sets a seccomp filter: runtime/confinement.h says what for. Both hand on
// what they are given. A name set by prctl is told, too.
//
// In libglimpse.so alone: a program without dynamic linker has no other definitions to hand over to.
#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <errno.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>

#include "runtime/confinement.h"
#include "runtime/next_symbol.h"
#include "runtime/syscalls.h"
#include "runtime/threads.h"

using namespace glimpse::runtime;

namespace {

using ControlFunction = int (*)(int, unsigned long, unsigned long, unsigned long, unsigned long);
ControlFunction next_prctl;

}  // namespace

extern "C" {

__attribute__((visibility("hidden"), used)) void* glimpse_next_syscall;

__attribute__((constructor)) static void look_up_syscall() {
  if (glimpse_next_syscall == nullptr) glimpse_next_syscall = next_symbol("syscall");
}

// syscall(SYS_seccomp, operation, flags, arguments)
__attribute__((visibility("hidden"), used)) long glimpse_seccomp(long number, long operation, long flags,
                                                                 long arguments) {
  const bool sets = operation == SECCOMP_SET_MODE_STRICT ||
                    (operation == SECCOMP_SET_MODE_FILTER && arguments != 0);  // without: asks what there is
  const bool before = !sets || prepare_confinement();
  if (operation == SECCOMP_SET_MODE_STRICT) stop_recording();
  const long result = raw_syscall(number, operation, flags, arguments);
  if (result >= 0) return result;
  if (!before) end_confinement();
  errno = static_cast<int>(-result);
  return -1;
}

__attribute__((visibility("default"), weak)) int prctl(int option, unsigned long a, unsigned long b, unsigned long c,
                                                       unsigned long d) {
  ControlFunction next = __atomic_load_n(&next_prctl, __ATOMIC_RELAXED);
  if (next == nullptr) {
    next = reinterpret_cast<ControlFunction>(next_symbol("prctl"));
    if (next == nullptr) {
      errno = ENOSYS;
      return -1;
    }
    __atomic_store_n(&next_prctl, next, __ATOMIC_RELAXED);
  }
  const bool before = option != PR_SET_SECCOMP || prepare_confinement();
  if ((option == PR_SET_SECCOMP && a == SECCOMP_MODE_STRICT) || (option == PR_SET_TSC && a == PR_TSC_SIGSEGV)) {
    stop_recording();
  }
  const int result = next(option, a, b, c, d);
  if (result < 0 && !before) end_confinement();
  if (option == PR_SET_NAME && result == 0) tell_name();
  return result;
}

}  // extern "C"

// As long as libc's has not been looked up, glimpse makes the system call: the same instructions as libc's.
asm(R"(
  .pushsection .text
  .weak syscall
  .type syscall, @function
syscall:
  .cfi_startproc
  endbr64
  cmpq $317, %rdi               # __NR_seccomp
  je glimpse_seccomp
  movq glimpse_next_syscall(%rip), %rax
  testq %rax, %rax
  jz 1f
  jmp *%rax
1:
  movq %rdi, %rax
  movq %rsi, %rdi
  movq %rdx, %rsi
  movq %rcx, %rdx
  movq %r8, %r10
  movq %r9, %r8
  movq 8(%rsp), %r9
  syscall
  cmpq $-4095, %rax
  jae 2f
  ret
2:
  negl %eax
  movl %eax, %edi
  jmp glimpse_syscall_failed
  .cfi_endproc
  .size syscall, . - syscall
  .popsection
)");

extern "C" __attribute__((visibility("hidden"), used)) long glimpse_syscall_failed(int error_number) {
  errno = error_number;
  return -1;
}

GLIMPSE_UNTRACED_END
