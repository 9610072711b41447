// IP addresses: IPv4 in four decimal numbers, IPv6 in every form of RFC 4291, section 2.2, with a zone (RFC 4007) or in
// brackets (RFC 3986). A port or prefix length behind one stays.
//
//   10.0.0.1:80  ::1  fe80::1%eth0  [2001:db8::7]:443  ::ffff:1.2.3.4  64:ff9b::192.0.2.33         yes
//   1.2.3  1.2.3.4.5  version 1.2.3.4  256.1.1.1  12:34:56  00:1b:44:11:3a:b7                     no
//   std::move  a::b  abc::def()  c10::bad  x[1::2]                                                no: C++, a slice
//
// Where hex digits and `::` could be names of C++ as well, they are an address only if something says so: a group that
// begins with a decimal digit, a prefix of local addresses (fe80, fd00), a zone, a prefix length, a port behind
// brackets, or a word such as `address` before them.
#pragma once

#include "writers/scrub/window.h"

namespace glimpse::writers::scrub {

// `at` is at the first of some digits.
Match ipv4_at(const Window& window, std::size_t at);

// `at` is at a `:`.
Match ipv6_at(const Window& window, std::size_t at);

}  // namespace glimpse::writers::scrub
