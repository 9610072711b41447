// The name of an exception's dynamic type, from what type_info calls it.
#pragma once

#include <string>
#include <string_view>

namespace glimpse::collector {

// `St13runtime_error` is `std::runtime_error`. What cannot be demangled stays as it is.
std::string exception_type(std::string_view mangled);

}  // namespace glimpse::collector
