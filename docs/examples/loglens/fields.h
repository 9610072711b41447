// Single fields of a log line.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "entry.h"

namespace loglens::parse {

struct BadTime : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Seconds since midnight of "hh:mm:ss". Throws BadTime.
std::int64_t time_of_day(const std::string& text);

// "debug", "info", "warning" or "error". Throws std::invalid_argument.
Level level(const std::string& text);

}  // namespace loglens::parse
