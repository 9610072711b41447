// Stops a program at each instruction of glimpse's library: the processor's trap flag, and a handler for its SIGTRAP.
#pragma once

#include <link.h>
#include <signal.h>
#include <string.h>
#include <ucontext.h>

#define UNTRACED __attribute__((no_instrument_function))

namespace stepping {

constexpr long kTrapFlag = 0x100;

inline unsigned long library_start, library_end;

// Whether the instruction that is about to run is one of the library.
UNTRACED inline bool in_library(void* context) {
  const auto at = static_cast<unsigned long>(static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP]);
  return at >= library_start && at < library_end;
}

UNTRACED inline int find_library(dl_phdr_info* info, size_t, void*) {
  if (strstr(info->dlpi_name, "libglimpse") == nullptr) return 0;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
    library_start = info->dlpi_addr + segment.p_vaddr;
    library_end = library_start + segment.p_memsz;
  }
  return 1;
}

UNTRACED inline void prepare(void (*on_trap)(int, siginfo_t*, void*)) {
  dl_iterate_phdr(find_library, nullptr);
  struct sigaction action {};
  action.sa_sigaction = on_trap;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGTRAP, &action, nullptr);
}

// From the next instruction of the thread on.
UNTRACED inline void begin() { asm volatile("pushfq\n\torq $0x100, (%%rsp)\n\tpopfq" ::: "memory", "cc"); }
UNTRACED inline void end() { asm volatile("pushfq\n\tandq $~0x100, (%%rsp)\n\tpopfq" ::: "memory", "cc"); }

}  // namespace stepping
