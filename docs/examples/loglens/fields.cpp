#include "fields.h"

#include <cstdio>

namespace loglens::parse {

std::int64_t time_of_day(const std::string& text) {
  int hour = 0, minute = 0, second = 0;
  if (std::sscanf(text.c_str(), "%2d:%2d:%2d", &hour, &minute, &second) != 3) throw BadTime("not hh:mm:ss: " + text);
  if (hour > 23 || minute > 59 || second > 60) throw BadTime("no such time: " + text);
  return hour * 3600 + minute * 60 + second;
}

Level level(const std::string& text) {
  if (text == "debug") return Level::kDebug;
  if (text == "info") return Level::kInfo;
  if (text == "warning") return Level::kWarning;
  if (text == "error") return Level::kError;
  throw std::invalid_argument("unknown level: " + text);
}

}  // namespace loglens::parse
