// A table as libglimpse has it, which notes what it is told, a line each.
#pragma once

#include <string>
#include <vector>

#include "glimpse/api.h"

namespace glimpse::test {

// Since the last call, in order: "start 1 checkout kind=1 parent=0", "set 1 items=3", "end 1" …
std::vector<std::string> told();

// Spans are numbered from 1 again, nothing is active on this thread, recording is as given.
void restart(bool recording = true);

}  // namespace glimpse::test
