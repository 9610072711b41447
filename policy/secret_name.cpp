#include "policy/secret_name.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <utility>
#include <vector>

namespace glimpse::policy {
namespace {

constexpr std::array<std::string_view, 13> kSecrets = {
    "password", "passwd",     "passphrase", "passcode", "pwd",           "secret",    "token",
    "auth",     "credential", "apikey",     "bearer",   "authorization", "privatekey"};
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kSecretPairs = {{{"api", "key"},
                                                                                        {"private", "key"},
                                                                                        {"access", "key"},
                                                                                        {"signing", "key"},
                                                                                        {"encryption", "key"},
                                                                                        {"session", "key"}}};

bool is_upper(char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; }
bool is_lower(char c) { return std::islower(static_cast<unsigned char>(c)) != 0; }
bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

// `dbPassword2`, `db_passwords`, `DBPassword`: db, password. Digits belong to no word, plurals lose their s.
std::vector<std::string> words_of(std::string_view identifier) {
  std::vector<std::string> words;
  bool begins = true;
  for (std::size_t i = 0; i < identifier.size(); ++i) {
    const char c = identifier[i];
    if (!is_letter(c)) {
      begins = true;
      continue;
    }
    const bool after_lower = i > 0 && is_upper(c) && is_lower(identifier[i - 1]);
    const bool last_of_capitals =
        i > 0 && i + 1 < identifier.size() && is_upper(c) && is_upper(identifier[i - 1]) && is_lower(identifier[i + 1]);
    if (begins || after_lower || last_of_capitals) words.emplace_back();
    begins = false;
    words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  for (std::string& word : words) {
    if (word.size() > 3 && word.ends_with('s') && !word.ends_with("ss")) word.pop_back();
  }
  return words;
}

}  // namespace

bool is_secret_name(std::string_view identifier) {
  const std::vector<std::string> words = words_of(identifier);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (std::find(kSecrets.begin(), kSecrets.end(), words[i]) != kSecrets.end()) return true;
    if (i + 1 == words.size()) break;
    const std::pair<std::string_view, std::string_view> pair{words[i], words[i + 1]};
    if (std::find(kSecretPairs.begin(), kSecretPairs.end(), pair) != kSecretPairs.end()) return true;
  }
  return false;
}

}  // namespace glimpse::policy
