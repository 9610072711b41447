// Values that are secret because of where they stand: behind a name such as `password`, in a URL, in a private key.
//
//   password=x  api_key: 'x'  "client_secret": "x"  {\"token\":\"x\"}  ['pwd'] = x    the value; quotes stay
//   Authorization: Bearer x                                                            x, as a token
//   https://user:x@host                                                                x
//   -----BEGIN PRIVATE KEY----- …                                                      all of it
//   author=x  tokenizer: x  token::parse  password:  token: }  has_password=true  max_tokens=9    no
//
// Which names these are says include/glimpse/secret_name.h. A value without quotes ends at a blank, a quote, one of
// `,;&<>|` or a closing bracket that it did not open; one in quotes or brackets ends where they are closed, or with the
// text.
#pragma once

#include "writers/scrub/window.h"

namespace glimpse::writers::scrub {

// `at` is at a `=` or `:`.
Match secret_at(const Window& window, std::size_t at);

// `at` is at the `:` of `://`.
Match url_password_at(const Window& window, std::size_t at);

// `at` is at a `-`.
Match private_key_at(const Window& window, std::size_t at);

// Whether the value of an attribute of that name is a secret: the whole of it, whatever is in it.
bool is_secret_value(std::string_view name, std::string_view value);

// What a command-line argument is by itself: `--password=x` up to and with the `=`, 0 where it is none. It ends with
// the argument, whatever is in it.
std::size_t secret_option_size(std::string_view argument);

// `--password`: the next argument is its value.
bool is_secret_option(std::string_view argument);

}  // namespace glimpse::writers::scrub
