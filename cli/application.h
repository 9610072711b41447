// The command line as a whole: words in, exit status out.
#pragma once

#include <string>
#include <vector>

namespace glimpse::cli {

// `arguments` without the program's own name. Messages go to stderr, help and version to stdout.
int run_application(const std::vector<std::string>& arguments);

}  // namespace glimpse::cli
