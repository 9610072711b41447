#include "test/unit/names/fixture.h"

#include <cstdio>
#include <cstdlib>
#include <sstream>

namespace glimpse::collector {

std::string fixture(const std::string& name) { return std::string(GLIMPSE_NAMES_FIXTURES) + "/" + name; }

bool run(const std::string& command) { return std::system(command.c_str()) == 0; }

std::map<std::string, std::uint64_t> nm(const std::string& path) {
  std::map<std::string, std::uint64_t> symbols;
  FILE* output = ::popen(("nm -P --defined-only '" + path + "' 2>/dev/null").c_str(), "r");
  if (output == nullptr) return symbols;
  std::string text;
  char buffer[4096];
  for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof(buffer), output)) > 0;) text.append(buffer, got);
  ::pclose(output);
  std::istringstream lines(text);
  std::string name;
  std::string type;
  std::string rest;
  std::uint64_t address = 0;
  while (lines >> name >> type >> std::hex >> address && std::getline(lines, rest)) {
    if (type == "T" || type == "t" || type == "W" || type == "i") symbols[name] = address;
  }
  return symbols;
}

Scratch::Scratch() {
  std::string pattern = (std::filesystem::temp_directory_path() / "glimpse-names-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) std::abort();
  folder_ = std::filesystem::canonical(pattern);
}

Scratch::~Scratch() {
  std::error_code ignored;  // a folder left behind is the worst that can happen
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace glimpse::collector
