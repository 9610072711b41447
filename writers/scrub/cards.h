// Numbers of payment cards: 13 to 19 digits, in groups with single spaces or dashes between or in one, that an issuer
// gives out in this length (ISO/IEC 7812-1) and whose last digit is right (Luhn).
//
//   4111 1111 1111 1111  378282246310005                       yes
//   4111 1111 1111 1112  1700000000000000000  0.4111111111111111   no
#pragma once

#include "writers/scrub/window.h"

namespace glimpse::writers::scrub {

// `at` is at the first of some digits.
Match card_at(const Window& window, std::size_t at);

}  // namespace glimpse::writers::scrub
