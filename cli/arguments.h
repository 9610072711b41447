// Where glimpse's own arguments end and the program's begin.
//
//   run -o x.jsonl ls -l        own: -o x.jsonl     program: ls -l
//   run --quiet -- --odd name   own: --quiet        program: --odd name
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace glimpse::cli {

struct SplitArguments {
  std::vector<std::string> own;
  std::vector<std::string> program;  // empty where there is none
};

// Splits what follows `run`. Everything after `--`, or from the first word that is no option, belongs to the program.
// `takes_value` says whether an option (`-o`, `--output`) is followed by its value as a word of its own.
SplitArguments split_arguments(const std::vector<std::string>& arguments,
                               const std::function<bool(const std::string&)>& takes_value);

}  // namespace glimpse::cli
