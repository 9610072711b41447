// The table that programs call: include/glimpse/api.h.
#include "glimpse/api.h"

#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include "runtime/control.h"

using namespace glimpse::runtime;

extern "C" {

__attribute__((visibility("default"))) glimpse_api glimpse_api_v1 = {
    .bytes = sizeof(glimpse_api),
    .recording = 0,
    .start = &start_recording,
    .stop = &stop_recording_calls,
    .flush = &flush,
    .shutdown = &shut_down,
    .is_healthy = &is_healthy,
    .stats = &stats,
};

}  // extern "C"

GLIMPSE_UNTRACED_END
