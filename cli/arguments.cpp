#include "cli/arguments.h"

namespace glimpse::cli {

SplitArguments split_arguments(const std::vector<std::string>& arguments,
                               const std::function<bool(const std::string&)>& takes_value) {
  SplitArguments split;
  auto word = arguments.begin();
  for (; word != arguments.end(); ++word) {
    if (*word == "--") {
      ++word;
      break;
    }
    const bool is_option = word->size() > 1 && word->front() == '-';
    if (!is_option) break;
    split.own.push_back(*word);
    // `--output=x` and `-ox` carry their value themselves, and no option is spelled like that.
    if (takes_value(*word) && word + 1 != arguments.end()) split.own.push_back(*++word);
  }
  split.program.assign(word, arguments.end());
  return split;
}

}  // namespace glimpse::cli
