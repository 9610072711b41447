// Where the tool's own parts and the user's programs are.
//
// The library is found relative to the tool, so that an installation may be moved and the build tree works as it is:
//
//   PREFIX/bin/glimpse  ──GLIMPSE_LIBDIR_FROM_BINDIR──▶  PREFIX/lib/x86_64-linux-gnu/libglimpse.so
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "glimpse/result.h"

namespace glimpse::cli {

// This process's executable.
std::filesystem::path own_executable();

// libglimpse.so that belongs to the tool at `tool`.
Result<std::filesystem::path> library_of(const std::filesystem::path& tool);

// The value of LD_PRELOAD that loads `library` first and then what `before` (may be empty) asked for, each once.
std::string preload_list(std::string_view library, std::string_view before);

// A program as execvp() finds it. `problem` is an errno value, 0 where `path` can be executed.
struct FoundProgram {
  std::filesystem::path path;
  int problem = 0;
};

// `search_path` is the value of PATH.
FoundProgram find_program(const std::string& name, std::string_view search_path);

// What a shell says and exits with when a program cannot be started for the reason `problem`: 127 where it is not
// there, else 126.
struct StartProblem {
  std::string message;
  int exit_status = 127;
};
StartProblem start_problem(const std::string& name, int problem);

}  // namespace glimpse::cli
