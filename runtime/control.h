// What a program asks of its own recording: on, off, everything into the output, how it goes. glimpse_api_v1 leads
// here, and says what each function does (include/glimpse/api.h).
//
// Threads: any. Signals: what may wait is not for handlers. errno stays as it is.
#pragma once

#include <cstdint>

#include "glimpse/api.h"

namespace glimpse::runtime {

glimpse_result start_recording();
glimpse_result stop_recording_calls();
glimpse_result flush(std::uint32_t timeout_ms);
glimpse_result shut_down(std::uint32_t timeout_ms);
std::uint32_t is_healthy();
glimpse_result stats();
glimpse_result snapshot();

}  // namespace glimpse::runtime
