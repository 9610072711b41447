// The flags that make each compiler call the hooks, as messages recommend them. docs say why these.
#pragma once

#include <string_view>

namespace glimpse::cli {

inline constexpr std::string_view kGccFlags =
    "-finstrument-functions -finstrument-functions-exclude-file-list=/usr/include";
inline constexpr std::string_view kClangFlags = "-finstrument-functions-after-inlining";

}  // namespace glimpse::cli
