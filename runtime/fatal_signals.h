// Signals that end the program are written to its log, and then do what they did before.
//
// The handler writes one kLog record of level FATAL into the thread's ring, waits for nothing, restores the action that
// was there and lets the signal come again: core dump, exit status and the program's own handlers are as without it. A
// handler that the program installs later is in place of this one, and is left alone.
//
// The thread that installs it gets an alternate stack where it has none, so that its stack overflow is seen, too.
#pragma once

#include "glimpse/api.h"

namespace glimpse::runtime {

glimpse_result install_signal_hook();
glimpse_result uninstall_signal_hook();

}  // namespace glimpse::runtime
