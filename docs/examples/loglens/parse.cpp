#include "parse.h"

#include <nlohmann/json.hpp>

#include "fields.h"

namespace loglens::parse {

Entry line(const std::string& text) {
  const auto json = nlohmann::json::parse(text);
  Entry entry;
  entry.second = time_of_day(json.at("time").get<std::string>());
  entry.level = level(json.at("level").get<std::string>());
  entry.service = json.at("service").get<std::string>();
  entry.duration_ms = json.at("ms").get<double>();
  return entry;
}

Parsed chunk(const std::vector<std::string>& lines, std::size_t begin, std::size_t end) {
  Parsed parsed;
  for (std::size_t i = begin; i < end; ++i) {
    try {
      parsed.entries.push_back(line(lines[i]));
    } catch (const std::exception&) {
      ++parsed.skipped;
    }
  }
  return parsed;
}

}  // namespace loglens::parse
