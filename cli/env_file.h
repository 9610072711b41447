// `.env` files: KEY=VALUE, one a line.
//
//   # a comment                          blank lines and comments are skipped
//   export GLIMPSE_LEVEL=DEBUG           `export` is allowed
//   GLIMPSE_LOG_PATH = trace.jsonl # why  blanks around `=` and a comment after the value
//   GLIMPSE_POLICY='a b.json'            single quotes: as it stands
//   GLIMPSE_FIELDS="stage,function"      double quotes: \n, \t, \" and \\ are understood
//
// A quoted value may span lines; nothing is interpolated. Line ends may be CRLF; a byte order mark is skipped.
// Failure: a line that is none of these is skipped, with one warning that names file and line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace glimpse::cli {

struct EnvEntry {
  std::string name;
  std::string value;
  unsigned line = 0;  // from 1
};

struct EnvFile {
  std::vector<EnvEntry> entries;      // in the order of the file
  std::vector<std::string> warnings;  // `.env:3: ...`
};

// `file` is what warnings call it.
EnvFile parse_env_file(std::string_view text, std::string_view file);

}  // namespace glimpse::cli
