#include "writers/scrub/patterns.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include "writers/scrub/window.h"

namespace glimpse::writers::scrub {

namespace {

constexpr std::size_t kMostPatterns = 1000;
constexpr std::size_t kMostName = 32;
// A search may look at all of its piece and find one byte. Where more was found than one match in 64 bytes, pieces are
// short.
constexpr std::size_t kPiece = 8192;
constexpr std::size_t kDensePiece = 256;
constexpr std::int64_t kMostMemory = 64 << 20;

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

RE2::Options options() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMostMemory);
  return options;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kMostName && is_upper(name[0]) &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_upper(c) || is_digit(c) || c == '_'; });
}

// Not within a UTF-8 sequence.
std::size_t at_rune(std::string_view text, std::size_t at) {
  for (int back = 0; back < 3 && at > 0 && at < text.size(); ++back) {
    if ((static_cast<unsigned char>(text[at]) & 0xc0) != 0x80) return at;
    --at;
  }
  return at;
}

}  // namespace

Patterns::Patterns() = default;
Patterns::~Patterns() = default;

Result<std::shared_ptr<const Patterns>> Patterns::read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text;
  if (file) text.assign(std::istreambuf_iterator<char>(file), {});
  if (!file || file.bad()) return Error{fmt::format("{}: {}", path, std::strerror(errno))};
  return parse(text, path);
}

Result<std::shared_ptr<const Patterns>> Patterns::parse(std::string_view text, const std::string& name) {
  const auto patterns = std::make_shared<Patterns>();
  patterns->all_ = std::make_unique<RE2::Set>(options(), RE2::UNANCHORED);
  for (std::size_t line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view content = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (content.empty() || content.front() == '#') continue;
    if (const auto added = patterns->add(content, fmt::format("{}:{}", name, line)); !added) return added.error();
  }
  if (!patterns->all_->Compile()) return Error{fmt::format("{}: the expressions are too large together", name)};
  return std::shared_ptr<const Patterns>(patterns);
}

Result<void> Patterns::add(std::string_view line, const std::string& where) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return Error{fmt::format("{}: expected NAME = regular expression", where)};
  const std::string_view name = trim(line.substr(0, equals));
  const std::string_view expression = trim(line.substr(equals + 1));
  if (!is_name(name)) {
    return Error{
        fmt::format("{}: a name has capital letters, digits and _, {} at most, got \"{}\"", where, kMostName, name)};
  }
  Pattern pattern{fmt::format("[{}]", name), std::make_unique<RE2>(piece(expression), options())};
  if (is_placeholder(pattern.placeholder)) return Error{fmt::format("{}: {} is a name of glimpse's own", where, name)};
  const auto same = [&](const Pattern& other) { return other.placeholder == pattern.placeholder; };
  if (std::any_of(patterns_.begin(), patterns_.end(), same)) return Error{fmt::format("{}: a second {}", where, name)};
  if (!pattern.expression->ok()) return Error{fmt::format("{}: {}", where, pattern.expression->error())};
  if (expression.empty() || RE2::FullMatch("", *pattern.expression)) {
    return Error{fmt::format("{}: {} matches the empty text, so it would match everywhere", where, name)};
  }
  if (patterns_.size() == kMostPatterns) return Error{fmt::format("{}: more than {} patterns", where, kMostPatterns)};
  if (all_->Add(piece(expression), nullptr) < 0) return Error{fmt::format("{}: {} cannot be used", where, name)};
  patterns_.push_back(std::move(pattern));
  return {};
}

bool Patterns::replace(std::string_view text, std::string& out) const {
  std::vector<int> found;
  if (patterns_.empty()) return false;
  RE2::Set::ErrorInfo trouble{};
  if (!all_->Match(piece(text), &found, &trouble)) {
    if (trouble.kind == RE2::Set::kNoError) return false;
    for (std::size_t i = 0; i < patterns_.size(); ++i) found.push_back(static_cast<int>(i));  // each by itself
  }
  std::sort(found.begin(), found.end());
  std::string before;
  bool changed = false;
  for (const int number : found) {
    if (!replace(patterns_[static_cast<std::size_t>(number)], text, out)) continue;
    changed = true;
    before.swap(out);
    text = before;
  }
  if (changed) out.swap(before);
  return changed;
}

// Of the placeholder that `text` begins with; 0 where it begins with none.
std::size_t Patterns::placeholder_size(std::string_view text) const {
  const std::size_t end = text.substr(0, kMostName + 2).find(']');
  if (end == std::string_view::npos) return 0;
  const std::string_view first = text.substr(0, end + 1);
  const auto is_first = [&](const Pattern& pattern) { return pattern.placeholder == first; };
  return is_placeholder(first) || std::any_of(patterns_.begin(), patterns_.end(), is_first) ? first.size() : 0;
}

bool Patterns::replace(const Pattern& pattern, std::string_view text, std::string& out) const {
  std::size_t copied = 0;  // of the text, to `out`
  std::size_t searches_left = 64 + text.size() / 64;
  std::size_t at = 0;
  while (at < text.size()) {
    // Up to the next placeholder.
    std::size_t end = at;
    std::size_t placeholder = 0;
    while (end < text.size() && (text[end] != '[' || (placeholder = placeholder_size(text.substr(end))) == 0)) ++end;
    while (at < end) {
      const std::size_t most = searches_left > 0 ? kPiece : kDensePiece;
      searches_left -= searches_left > 0 ? 1 : 0;
      const std::size_t piece_end = end - at > most ? at_rune(text, at + most) : end;
      re2::StringPiece match;
      if (!pattern.expression->Match(piece(text), at, piece_end, RE2::UNANCHORED, &match, 1) || match.empty()) {
        at = piece_end == end ? end : at_rune(text, piece_end - most / 8);
        continue;
      }
      const auto begin = static_cast<std::size_t>(match.data() - text.data());
      if (copied == 0) out.clear();
      out += text.substr(copied, begin - copied);
      out += pattern.placeholder;
      at = copied = begin + match.size();
    }
    at = end + placeholder;
  }
  if (copied == 0) return false;
  out += text.substr(copied);
  return true;
}

}  // namespace glimpse::writers::scrub
