#include "glimpse/secret_name.h"

#include <gtest/gtest.h>

namespace glimpse {
namespace {

TEST(SecretName, WordsThatNameSecretsAreFoundHoweverTheyAreWritten) {
  for (const char* name :
       {"password",    "passwd",        "pwd",        "secret",       "token",         "api_key",
        "apikey",      "apiKey",        "APIKey",     "API_KEY",      "auth",          "credential",
        "credentials", "private_key",   "privateKey", "userPassword", "user_password", "USER_PASSWORD",
        "DBPassword",  "password2",     "_password",  "m_token",      "token_",        "authToken",
        "passwords",   "password_hash", "accessKey",  "passphrase",   "bearer"}) {
    EXPECT_TRUE(is_secret_name(name)) << name;
  }
}

TEST(SecretName, WordsThatOnlyLookLikeThemAreNot) {
  for (const char* name :
       {"",       "_",       "author",      "tokenizer", "tokenize",  "passwordless_count", "authenticated",
        "key",    "keys",    "api",         "monkey",    "private",   "secretary",          "pass",
        "bypass", "compass", "apiKeyboard", "count",     "secretion", "author_name",        "public_key",
        "12"}) {
    EXPECT_FALSE(is_secret_name(name)) << name;
  }
}

}  // namespace
}  // namespace glimpse
