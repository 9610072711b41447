#include "cli/env_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace glimpse::cli {

namespace {

constexpr std::string_view kBlank = " \t";

bool is_name_letter(char letter) {
  return (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
         letter == '_';
}

class EnvParser {
 public:
  EnvParser(std::string_view text, std::string_view file) : rest_(text), file_(file) {
    if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
  }

  EnvFile parse() {
    for (; !rest_.empty(); next_line()) parse_line();
    return std::move(result_);
  }

 private:
  // One entry, whose quoted value may end on a later line. Leaves rest_ somewhere on the entry's last line.
  void parse_line() {
    skip_blanks();
    if (at_line_end() || rest_.front() == '#') return;
    if (rest_.starts_with("export ") || rest_.starts_with("export\t")) {
      rest_.remove_prefix(6);
      skip_blanks();
    }
    const unsigned line = line_;
    const std::string name = take_name();
    if (name.empty()) return warn(line, "a line must be KEY=VALUE or a # comment");
    skip_blanks();
    if (rest_.empty() || rest_.front() != '=') return warn(line, fmt::format("expected = after {}", name));
    rest_.remove_prefix(1);
    skip_blanks();
    const bool quoted = !rest_.empty() && (rest_.front() == '"' || rest_.front() == '\'');
    auto value = quoted ? take_quoted() : take_plain();
    if (!value) return warn(line, fmt::format("the quote after {}= is not closed", name));
    if (quoted) {
      skip_blanks();
      if (!at_line_end() && rest_.front() != '#') {
        return warn(line, fmt::format("only a # comment may follow the closing quote of {}", name));
      }
    }
    result_.entries.push_back({name, std::move(*value), line});
  }

  std::string take_name() {
    const auto end = std::ranges::find_if_not(rest_, is_name_letter);
    const auto size = static_cast<std::size_t>(end - rest_.begin());
    std::string name(rest_.substr(0, size));
    if (!name.empty() && name.front() >= '0' && name.front() <= '9') return {};
    rest_.remove_prefix(size);
    return name;
  }

  std::optional<std::string> take_plain() {
    std::string_view value = rest_.substr(0, rest_.find('\n'));
    if (value.ends_with('\r')) value.remove_suffix(1);
    if (value.starts_with('#')) return "";
    for (auto hash = value.find('#'); hash != std::string_view::npos; hash = value.find('#', hash + 1)) {
      if (kBlank.find(value[hash - 1]) == std::string_view::npos) continue;
      value = value.substr(0, hash);
      break;
    }
    const auto last = value.find_last_not_of(kBlank);
    return std::string(value.substr(0, last == std::string_view::npos ? 0 : last + 1));
  }

  // Nothing where the quote is not closed; rest_ is then still on the line where it began.
  std::optional<std::string> take_quoted() {
    const char quote = rest_.front();
    std::string value;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      const char letter = rest_[i];
      if (letter == quote) {
        line_ += static_cast<unsigned>(std::ranges::count(rest_.substr(0, i), '\n'));
        rest_.remove_prefix(i + 1);
        return value;
      }
      if (letter == '\\' && quote == '"' && i + 1 < rest_.size()) {
        value += unescaped(rest_[++i]);
      } else if (letter != '\r' || i + 1 >= rest_.size() || rest_[i + 1] != '\n') {
        value += letter;
      }
    }
    return std::nullopt;
  }

  static std::string unescaped(char letter) {
    switch (letter) {
      case 'n':
        return "\n";
      case 't':
        return "\t";
      case '"':
      case '\\':
        return std::string(1, letter);
      default:
        return {'\\', letter};
    }
  }

  bool at_line_end() const {
    return rest_.empty() || rest_.front() == '\n' || rest_.starts_with("\r\n") || rest_ == "\r";
  }

  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlank), rest_.size())); }

  void next_line() {
    const auto end = rest_.find('\n');
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    ++line_;
  }

  void warn(unsigned line, const std::string& sentence) {
    result_.warnings.push_back(fmt::format("{}:{}: {}; the line is ignored", file_, line, sentence));
  }

  std::string_view rest_;
  std::string_view file_;
  unsigned line_ = 1;
  EnvFile result_;
};

}  // namespace

EnvFile parse_env_file(std::string_view text, std::string_view file) { return EnvParser(text, file).parse(); }

}  // namespace glimpse::cli
