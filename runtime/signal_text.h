// A signal in words: its name, and why it came.
//
// Signals: safe.
#pragma once

#include <signal.h>

#include "runtime/room.h"
#include "runtime/text.h"

namespace glimpse::runtime {

using SignalText = Text<128>;

// `SIGSEGV`; of those that fatal_signals.h handles.
Bytes signal_name(int signal);

// `invalid address 0x10 (SEGV_MAPERR)`, `sent by process 4711 (SI_USER)`.
void describe_signal(int signal, const siginfo_t& info, SignalText& text);

}  // namespace glimpse::runtime
