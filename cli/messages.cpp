#include "cli/messages.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

namespace glimpse::cli {

void say(std::string_view sentence) {
  const std::string line =
      fmt::format("{} {}\n", colored("glimpse:", Color::kYellow, colors_on(STDERR_FILENO)), sentence);
  // There is nobody left to tell where stderr itself fails.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

bool colors_on(int fd) {
  const char* const refused = std::getenv("NO_COLOR");
  if (refused != nullptr && *refused != '\0') return false;
  const char* const terminal = std::getenv("TERM");
  if (terminal != nullptr && std::string_view(terminal) == "dumb") return false;
  return isatty(fd) == 1;
}

std::string colored(std::string_view text, Color color, bool on) {
  if (!on) return std::string(text);
  const int code = color == Color::kRed ? 31 : color == Color::kGreen ? 32 : 33;
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

std::string with_spaces(std::uint64_t number) {
  const std::string digits = fmt::format("{}", number);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ' ';
    text += digits[i];
  }
  return text;
}

std::string counted(std::uint64_t number, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", with_spaces(number), number == 1 ? one : many);
}

}  // namespace glimpse::cli
