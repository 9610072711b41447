// How bad it is: the levels of records and logs.
#pragma once

#include <cstdint>

namespace glimpse {

// As glimpse_level of api.h numbers them.
enum class Level : std::uint8_t { kDebug, kInfo, kWarning, kError, kFatal };

}  // namespace glimpse
