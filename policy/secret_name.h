// Whether what a name stands for looks like a secret, so that its value must not be written down.
//
//   password  db_password  userToken  APIKey  private_key  auth        yes
//   author  tokenizer  passwordless_count  key  authenticated          no
//
// Threads: pure function. Failure: none.
#pragma once

#include <string_view>

namespace glimpse::policy {

bool is_secret_name(std::string_view identifier);

}  // namespace glimpse::policy
