// What a program's file says about itself, as far as it decides whether the library can be loaded into it.
//
// Reads the ELF header and the program headers, nothing else. Failure: a file that cannot be read has kind kUnreadable.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace glimpse::cli {

enum class FileKind : std::uint8_t { kUnreadable, kElf, kScript, kOther };

struct ProgramFile {
  FileKind kind = FileKind::kUnreadable;
  std::string reason;              // kUnreadable: why
  std::string script_interpreter;  // kScript: what `#!` names
  bool executable = false;         // has an entry point; libraries have none that is meant to be used
  bool native = false;             // of this machine's architecture and word size
  bool is_32_bit = false;
  bool is_static = false;         // no dynamic loader runs, so nothing can be preloaded
  bool set_user_id = false;       // set-user-ID or set-group-ID of somebody else
  bool has_capabilities = false;  // file capabilities, which the loader treats the same
};

ProgramFile read_program_file(const std::filesystem::path& path);

}  // namespace glimpse::cli
