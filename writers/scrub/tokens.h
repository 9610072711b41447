// Tokens that say what they are: credentials behind `Bearer` and `Basic`, JSON Web Tokens (RFC 7519), and keys of
// services that begin with letters of their own.
//
//   Bearer 8f3a…  Basic dXNlcjpwdw==  eyJhbGci….eyJzdWIi….sig  ghp_…  glpat-…  xoxb-…  sk-…  AKIA…        yes
//   bearer of news  Basic authentication  eyJ  ghp_short  task-force  sk-learn                          no
#pragma once

#include "writers/scrub/window.h"

namespace glimpse::writers::scrub {

// `at` is at a `B` or `b`.
Match scheme_at(const Window& window, std::size_t at);

// `at` is at one of `_-IJ`: each token has one of them near its begin, and text has them seldom.
Match token_at(const Window& window, std::size_t at);

}  // namespace glimpse::writers::scrub
