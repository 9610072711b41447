// The first thing that a thread or process has to record: a call, or what the program says by itself.
#pragma once

namespace glimpse::runtime {

// Attaches the process, where it is not, and the calling thread to it. False where nothing is to be recorded: the
// process is not recorded, glimpse itself is at work on this thread, or it is too early. Safe anywhere.
bool attach_at_first_call();

}  // namespace glimpse::runtime
