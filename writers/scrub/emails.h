// E-mail addresses: the common ones of RFC 5322 and 6531, not quoted ones.
//
//   jane.doe+x@example.co.uk  jörg@müller.de          yes
//   a@b  memcpy@GLIBC_2.14  getty@tty1.service        no: no domain that somebody could have registered
//   https://jane@example.com/                         no: it names a host
#pragma once

#include "writers/scrub/window.h"

namespace glimpse::writers::scrub {

// `at` is at an `@`.
Match email_at(const Window& window, std::size_t at);

}  // namespace glimpse::writers::scrub
