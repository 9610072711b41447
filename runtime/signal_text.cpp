#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include "runtime/signal_text.h"
#include "runtime/syscalls.h"

namespace glimpse::runtime {

namespace {

struct Name {
  int number;
  const char* name;
};

constexpr Name kSignals[] = {{SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"}, {SIGILL, "SIGILL"},
                             {SIGABRT, "SIGABRT"}, {SIGTRAP, "SIGTRAP"}, {SIGSYS, "SIGSYS"}};

constexpr Name kAnyCode[] = {{SI_USER, "SI_USER"},
                             {SI_KERNEL, "SI_KERNEL"},
                             {SI_QUEUE, "SI_QUEUE"},
                             {SI_TIMER, "SI_TIMER"},
                             {SI_TKILL, "SI_TKILL"}};
constexpr Name kSegvCodes[] = {{1, "SEGV_MAPERR"}, {2, "SEGV_ACCERR"}, {3, "SEGV_BNDERR"}, {4, "SEGV_PKUERR"}};
constexpr Name kBusCodes[] = {{1, "BUS_ADRALN"}, {2, "BUS_ADRERR"}, {3, "BUS_OBJERR"}, {4, "BUS_MCEERR_AR"}};
constexpr Name kFpeCodes[] = {{1, "FPE_INTDIV"}, {2, "FPE_INTOVF"}, {3, "FPE_FLTDIV"}, {4, "FPE_FLTOVF"},
                              {5, "FPE_FLTUND"}, {6, "FPE_FLTRES"}, {7, "FPE_FLTINV"}, {8, "FPE_FLTSUB"}};
constexpr Name kIllCodes[] = {{1, "ILL_ILLOPC"}, {2, "ILL_ILLOPN"}, {3, "ILL_ILLADR"}, {4, "ILL_ILLTRP"},
                              {5, "ILL_PRVOPC"}, {6, "ILL_PRVREG"}, {7, "ILL_COPROC"}, {8, "ILL_BADSTK"}};
constexpr Name kTrapCodes[] = {{1, "TRAP_BRKPT"}, {2, "TRAP_TRACE"}};
constexpr Name kSysCodes[] = {{1, "SYS_SECCOMP"}};

template <std::size_t n>
const char* find(const Name (&names)[n], int number) {
  for (const Name& one : names) {
    if (one.number == number) return one.name;
  }
  return nullptr;
}

const char* own_code_name(int signal, int code) {
  switch (signal) {
    case SIGSEGV:
      return find(kSegvCodes, code);
    case SIGBUS:
      return find(kBusCodes, code);
    case SIGFPE:
      return find(kFpeCodes, code);
    case SIGILL:
      return find(kIllCodes, code);
    case SIGTRAP:
      return find(kTrapCodes, code);
    case SIGSYS:
      return find(kSysCodes, code);
    default:
      return nullptr;
  }
}

void add_code(int signal, int code, SignalText& text) {
  const char* name = find(kAnyCode, code);
  if (name == nullptr) name = own_code_name(signal, code);
  text.add(" (");
  if (name != nullptr) {
    text.add(name);
  } else {
    text.add("code ").add(code < 0 ? "-" : "");
    text.add_number(static_cast<std::uint64_t>(code < 0 ? -static_cast<long>(code) : code));
  }
  text.add(")");
}

void add_address(const void* address, SignalText& text) {
  text.add("0x").add_hex(reinterpret_cast<std::uintptr_t>(address));
}

}  // namespace

Bytes signal_name(int signal) {
  const char* name = find(kSignals, signal);
  if (name == nullptr) name = "signal";
  return {name, static_cast<std::uint32_t>(text_length(name))};
}

void describe_signal(int signal, const siginfo_t& info, SignalText& text) {
  if (info.si_code == SI_USER || info.si_code == SI_QUEUE || info.si_code == SI_TKILL) {
    const auto sender = static_cast<std::uint32_t>(info.si_pid);
    text.add("sent by ");
    if (sender == sys_getpid()) {
      text.add("the program itself");
    } else {
      text.add("process ").add_number(sender);
    }
  } else if (info.si_code == SI_KERNEL) {
    text.add("sent by the kernel");
  } else if (signal == SIGSYS) {
    text.add("system call ").add_number(static_cast<std::uint64_t>(info.si_syscall));
  } else if (signal == SIGSEGV || signal == SIGBUS) {
    text.add("invalid address ");
    add_address(info.si_addr, text);
  } else {
    text.add("at ");
    add_address(info.si_addr, text);
  }
  add_code(signal, info.si_code, text);
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
