// Lines of a log become entries.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "entry.h"

namespace loglens::parse {

struct Parsed {
  std::vector<Entry> entries;
  std::size_t skipped = 0;  // lines that could not be read
};

// One line of JSON. Throws what the JSON library and the fields throw.
Entry line(const std::string& text);

// The lines [begin, end). A line that throws is skipped and counted.
Parsed chunk(const std::vector<std::string>& lines, std::size_t begin, std::size_t end);

}  // namespace loglens::parse
