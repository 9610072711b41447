// A log to look at: the same lines at every run, some of them broken.
#pragma once

#include <cstddef>

namespace loglens::generate {

void log(std::size_t lines);  // to standard output

}  // namespace loglens::generate
