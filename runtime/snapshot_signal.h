// GLIMPSE_SNAPSHOT_SIGNAL: a signal that asks for a snapshot of the flight recorder.
//
// The program comes first: where it handles the signal, or ignores it, nothing is installed, and what it installs later
// takes the place of ours. Installed at the first traced call; before it the signal does what it does without glimpse.
#pragma once

namespace glimpse::runtime {

// Once for a process, by the thread that attaches it, with signals held and its lane guarded.
void install_snapshot_signal();

}  // namespace glimpse::runtime
