// The end of the process, as far as it announces itself.
//
// A linked program waits at its end until its collector has written everything, so that the file is whole when the
// shell prompt returns. The wait is over when the collector makes no progress for three seconds. A process that ends
// without exit() is drained by its collector all the same.
#pragma once

namespace glimpse::runtime {

// Learns the status that exit() will be given. Once for a process and all it forks.
void watch_exit();

}  // namespace glimpse::runtime
