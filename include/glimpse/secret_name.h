// Whether what a name stands for looks like a secret, so that its value must not be written down.
//
//   password  db_password  userToken  APIKey  private_key  auth        yes
//   author  tokenizer  passwordless_count  key  authenticated          no
//
// Threads: pure function, linear time, no allocation. Failure: none.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace glimpse {

namespace secret_name {

inline constexpr std::array<std::string_view, 13> kWords = {
    "password", "passwd",     "passphrase", "passcode", "pwd",           "secret",    "token",
    "auth",     "credential", "apikey",     "bearer",   "authorization", "privatekey"};
// `api_key`: the second word is always "key".
inline constexpr std::array<std::string_view, 6> kBeforeKey = {"api",     "private",    "access",
                                                               "signing", "encryption", "session"};

constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr char lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

// One word of an identifier, in lower case and without the s of a plural. A word longer than every one of the list
// stays unequal to all of them.
class Word {
 public:
  constexpr void add(char c) {
    if (size_ < text_.size()) text_[size_] = lower(c);
    ++size_;
  }
  constexpr bool empty() const { return size_ == 0; }

  constexpr std::string_view text() const {
    if (size_ > text_.size()) return {};
    const std::string_view all(text_.data(), size_);
    const bool plural = size_ > 3 && all[size_ - 1] == 's' && all[size_ - 2] != 's';
    return all.substr(0, plural ? size_ - 1 : size_);
  }

 private:
  std::array<char, 16> text_{};
  std::size_t size_ = 0;
};

template <std::size_t kSize>
constexpr bool is_among(std::string_view word, const std::array<std::string_view, kSize>& list) {
  for (const std::string_view other : list) {
    if (word == other) return true;
  }
  return false;
}

}  // namespace secret_name

// `dbPassword2`, `db_passwords`, `DBPassword`: db, password. Digits belong to no word.
constexpr bool is_secret_name(std::string_view identifier) {
  using namespace secret_name;
  bool after_key_owner = false;  // the word before is of kBeforeKey
  Word word;
  const auto ends_secret = [&] {
    const std::string_view text = word.text();
    if (is_among(text, kWords) || (after_key_owner && text == "key")) return true;
    after_key_owner = is_among(text, kBeforeKey);
    word = Word();
    return false;
  };
  for (std::size_t i = 0; i < identifier.size(); ++i) {
    const char c = identifier[i];
    const char before = i > 0 ? identifier[i - 1] : '\0';
    const char behind = i + 1 < identifier.size() ? identifier[i + 1] : '\0';
    const bool is_letter = is_upper(c) || is_lower(c);
    const bool begins = is_upper(c) && (is_lower(before) || (is_upper(before) && is_lower(behind)));
    if ((!is_letter || begins) && !word.empty() && ends_secret()) return true;
    if (is_letter) word.add(c);
  }
  return !word.empty() && ends_secret();
}

}  // namespace glimpse
