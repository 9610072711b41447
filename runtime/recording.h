// What the program looks at before it calls anything of include/glimpse/api.h: whether it is recorded at all.
//
// 1 from the start, so that the first call attaches the process; 0 once that turned out to be impossible, or is over.
#pragma once

#include "glimpse/api.h"

extern "C" __attribute__((visibility("default"))) glimpse_api glimpse_api_v1;

namespace glimpse::runtime {

inline void tell_recording(bool recording) { glimpse_api_v1.recording = recording ? 1 : 0; }

}  // namespace glimpse::runtime
