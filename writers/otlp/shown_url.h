// A URL as messages show it: without user, password, query and fragment, where secrets travel.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace glimpse::writers::otlp {

inline std::string shown_url(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::string(url.substr(url.rfind('@') + 1));
  const auto host = scheme + 3;
  const auto authority = url.substr(host, url.find('/', host) - host);
  return std::string(url.substr(0, host)) + std::string(url.substr(host + (authority.rfind('@') + 1)));
}

}  // namespace glimpse::writers::otlp
