// SHA-256, after FIPS 180-4: the process record names the policy it was made under.
//
// Threads: pure function. Failure: none.
#pragma once

#include <string>
#include <string_view>

namespace glimpse::policy {

// 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);

}  // namespace glimpse::policy
