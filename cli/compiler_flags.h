// The flags that make each compiler call the hooks, as messages recommend them: those of cmake/GlimpseFlags.cmake.
#pragma once

#include <string_view>

namespace glimpse::cli {

inline constexpr std::string_view kGccFlags = GLIMPSE_GCC_FLAGS;
inline constexpr std::string_view kClangFlags = GLIMPSE_CLANG_FLAGS;
inline constexpr std::string_view kClangPluginFlags = GLIMPSE_CLANG_PLUGIN_FLAGS;

}  // namespace glimpse::cli
