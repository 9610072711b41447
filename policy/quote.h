// A user's text as messages repeat it.
#pragma once

#include <string>
#include <string_view>

namespace glimpse::policy {

// In double quotes, in one line (control characters become `?`), and cut with `…` after 60 bytes.
std::string quoted(std::string_view text);

}  // namespace glimpse::policy
