// The table that programs call: include/glimpse/api.h.
#include "glimpse/api.h"

#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include "runtime/control.h"
#include "runtime/fatal_signals.h"
#include "runtime/program_calls.h"
#include "runtime/recording.h"

namespace calls = glimpse::runtime;

extern "C" {

__attribute__((visibility("default"))) glimpse_api glimpse_api_v1 = {
    .bytes = sizeof(glimpse_api),
    .recording = 1,  // the first call attaches the process, or learns that it is not recorded
    .current_context = calls::current_context,
    .attach_context = calls::attach_context,
    .span_start = calls::span_start,
    .span_set = calls::span_set,
    .span_event = calls::span_event,
    .span_link = calls::span_link,
    .span_status = calls::span_status,
    .span_rename = calls::span_rename,
    .span_end = calls::span_end,
    .log = calls::log,
    .block_begin = calls::block_begin,
    .block_end = calls::block_end,
    .start = calls::start_recording,
    .stop = calls::stop_recording_calls,
    .flush = calls::flush,
    .shutdown = calls::shut_down,
    .is_healthy = calls::is_healthy,
    .stats = calls::stats,
    .snapshot = calls::snapshot,
    .install_signal_hook = calls::install_signal_hook,
    .uninstall_signal_hook = calls::uninstall_signal_hook,
};

}  // extern "C"

GLIMPSE_UNTRACED_END
