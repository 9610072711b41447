#include "writers/scrub/addresses.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace glimpse::writers::scrub {

namespace {

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view one) { return equals_ignoring_case(word, one); });
}

// The end of four numbers up to 255 with dots between; `at` where there are none.
std::size_t dotted_end(const Window& window, std::size_t at) {
  std::size_t next = at;
  for (int part = 0; part < 4; ++part) {
    if (part > 0 && window.at(next++) != '.') return at;
    const std::size_t begin = next;
    unsigned value = 0;
    while (is_digit(window.at(next)) && next - begin < 4)
      value = value * 10 + static_cast<unsigned>(window.at(next++) - '0');
    if (next == begin || value > 255 || (next - begin > 1 && window.at(begin) == '0')) return at;
  }
  const char behind = window.at(next);
  if (is_word(behind) || (behind == '.' && is_digit(window.at(next + 1)))) return at;
  return next;
}

// The groups of an IPv6 address, as far as they go.
struct Groups {
  std::size_t end = 0;
  unsigned count = 0;          // of 16 bits each
  bool compressed = false;     // has `::`
  bool single_colon = false;   // between two groups
  bool dotted = false;         // ends as an IPv4 address does
  bool decimal_begin = false;  // a group begins with a decimal digit: no name of C++ does
  bool has_digit = false;
  std::string_view first;

  bool is_whole() const { return compressed ? count <= 7 : count == 8; }
};

Groups read_groups(const Window& window, std::size_t at) {
  Groups groups;
  groups.end = at;
  std::size_t next = at;
  if (window.at(next) == ':') {
    if (window.at(next + 1) != ':') return groups;
    groups.compressed = true;
    next += 2;
    groups.end = next;
  }
  while (groups.count < 8) {
    const std::size_t begin = next;
    while (is_hex(window.at(next)) && next - begin < 5) groups.has_digit |= is_digit(window.at(next++));
    const std::size_t digits = next - begin;
    if (digits == 0) break;
    if (groups.count <= 6 && window.at(next) == '.' && is_digit(window.at(begin))) {
      if (const std::size_t end = dotted_end(window, begin); end != begin) {
        groups.count += 2;
        groups.dotted = true;
        groups.end = end;
        return groups;
      }
    }
    if (digits > 4) return Groups{};
    if (groups.count++ == 0 && !groups.compressed) groups.first = window.text.substr(begin, digits);
    groups.decimal_begin |= is_digit(window.at(begin));
    groups.end = next;
    if (window.at(next) != ':') break;
    if (window.at(next + 1) == ':') {
      if (groups.compressed) return Groups{};
      groups.compressed = true;
      next += 2;
      groups.end = next;
    } else if (is_hex(window.at(next + 1))) {
      groups.single_colon = true;
      ++next;
    } else {
      break;
    }
  }
  return groups;
}

// fe80::/10, fc00::/7, ff00::/8, written in full.
bool is_local_or_multicast(std::string_view group) {
  if (group.size() != 4 || lower(group[0]) != 'f') return false;
  const char second = lower(group[1]);
  const char third = lower(group[2]);
  if (second == 'e') return third == '8' || third == '9' || third == 'a' || third == 'b';
  return second == 'c' || second == 'd' || (second == 'f' && group[2] == '0');
}

// What stands around the groups.
struct Surroundings {
  std::size_t begin;
  std::size_t end;         // behind the zone
  bool bracketed = false;  // by exactly one bracket on each side
  bool index = false;      // these are an index's: `x[1::2]`
  bool host = false;       // these are a host's: `//[…`, `[…]:80`
  bool zone = false;
  bool prefix_length = false;
};

Surroundings look_around(const Window& window, std::size_t begin, std::size_t end) {
  Surroundings around{begin, end};
  if (window.at(end) == '%' && is_word(window.at(end + 1))) {
    around.zone = true;
    std::size_t next = end + 1;
    const auto is_zone = [](char c) { return is_word(c) || c == '-' || c == '.' || c == '~'; };
    while (is_zone(window.at(next))) ++next;
    while (!is_word(window.at(next - 1))) --next;  // the dot is the sentence's
    around.end = next;
  }
  around.prefix_length = window.at(around.end) == '/' && is_digit(window.at(around.end + 1));
  around.bracketed = begin > window.floor && window.text[begin - 1] == '[' && window.at(around.end) == ']';
  if (around.bracketed) {
    const char before = window.before(begin - 1);
    around.index = is_word(before) || before == ')' || before == ']';
    around.host =
        before == '/' || before == '@' || (window.at(around.end + 1) == ':' && is_digit(window.at(around.end + 2)));
  }
  return around;
}

// Whether nothing but C++ would write this.
bool may_be_names(const Window& window, const Groups& groups, const Surroundings& around) {
  if (groups.dotted || !groups.compressed || groups.decimal_begin) return false;
  if (around.host || around.zone || around.prefix_length) return false;
  if (groups.count == 0) {  // `::`
    const char behind = window.at(groups.end);
    if (around.bracketed) return false;
    return !is_one_of(word_before(window, around.begin),
                      {"on", "to", "from", "at", "address", "addr", "host", "ip", "ipv", "peer", "bind", "listen"}) ||
           is_letter(behind) || behind == '(';
  }
  if (groups.has_digit && (is_local_or_multicast(groups.first) || (groups.single_colon && groups.count >= 3)))
    return false;
  return !is_one_of(word_before(window, around.begin), {"address", "addr", "host", "ip", "ipv", "peer"});
}

bool is_version(const Window& window, std::size_t at) {
  return is_one_of(word_before(window, at), {"version", "ver", "release", "rev", "revision", "build"});
}

}  // namespace

Match ipv4_at(const Window& window, std::size_t at) {
  const char before = window.before(at);
  if (is_word(before) || before == '.') return {};
  const std::size_t end = dotted_end(window, at);
  if (end == at || is_version(window, at)) return {};
  return {at, end, kIpAddress};
}

Match ipv6_at(const Window& window, std::size_t at) {
  std::size_t begin = at;
  while (begin > window.floor && at - begin < 5 && is_hex(window.text[begin - 1])) --begin;
  const char before = window.before(begin);
  if (is_word(before) || before == '.' || before == '$') return {};
  if (before == ':') {  // `host:fe80::1`, but neither `std::1` nor the middle of groups
    const char further = window.before(begin - 1);
    if (begin == at || further == ':' || is_hex(further)) return {};
  }
  if (begin == at && (before == '>' || before == ')' || before == '}')) return {};  // f<int>::g, (lambda)::h
  const Groups groups = read_groups(window, begin);
  if (groups.end <= begin || !groups.is_whole()) return {};
  const char behind = window.at(groups.end);
  if (is_word(behind) || (behind == ':' && (is_hex(window.at(groups.end + 1)) || window.at(groups.end + 1) == ':')))
    return {};
  const Surroundings around = look_around(window, begin, groups.end);
  if (around.index || may_be_names(window, groups, around)) return {};
  if (around.bracketed) return {around.begin - 1, around.end + 1, kIpAddress};
  return {around.begin, around.end, kIpAddress};
}

}  // namespace glimpse::writers::scrub
