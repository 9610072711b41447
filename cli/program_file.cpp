#include "cli/program_file.h"

#include <elf.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>

namespace glimpse::cli {

namespace {

#if defined(__x86_64__)
constexpr int kNativeMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr int kNativeMachine = EM_AARCH64;
#else
constexpr int kNativeMachine = EM_NONE;
#endif

// The word after `#!`, without its arguments.
std::string interpreter_of(std::string_view first_line) {
  first_line.remove_prefix(2);
  first_line = first_line.substr(0, first_line.find('\n'));
  const auto begin = first_line.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  first_line.remove_prefix(begin);
  return std::string(first_line.substr(0, first_line.find_first_of(" \t\r")));
}

template <typename Header, typename Segment>
void read_segments(std::ifstream& stream, std::string_view begin, ProgramFile& file) {
  Header header;
  if (begin.size() < sizeof header) return;
  std::memcpy(&header, begin.data(), sizeof header);
  file.native = header.e_machine == kNativeMachine && !file.is_32_bit;
  bool has_loader = false;
  bool has_dynamic = false;
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    Segment segment;
    stream.clear();
    stream.seekg(static_cast<std::streamoff>(header.e_phoff + std::uint64_t{i} * header.e_phentsize));
    if (!stream.read(reinterpret_cast<char*>(&segment), sizeof segment)) break;
    has_loader |= segment.p_type == PT_INTERP;
    has_dynamic |= segment.p_type == PT_DYNAMIC;
  }
  file.executable = header.e_type == ET_EXEC || (header.e_type == ET_DYN && has_loader);
  // A static PIE has a dynamic section for its own relocations, and an entry point; so has a shared library.
  file.is_static = !has_loader && (header.e_type == ET_EXEC || !has_dynamic);
}

}  // namespace

ProgramFile read_program_file(const std::filesystem::path& path) {
  ProgramFile file;
  struct stat status{};
  std::ifstream stream(path, std::ios::binary);
  if (stat(path.c_str(), &status) != 0 || !stream) {
    file.reason = std::strerror(errno);
    return file;
  }
  if (!S_ISREG(status.st_mode)) {
    file.reason = S_ISDIR(status.st_mode) ? std::strerror(EISDIR) : "not a regular file";
    return file;
  }
  file.set_user_id = ((status.st_mode & S_ISUID) != 0 && status.st_uid != geteuid()) ||
                     ((status.st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) && status.st_gid != getegid());
  file.has_capabilities = getxattr(path.c_str(), "security.capability", nullptr, 0) > 0;

  char buffer[256] = {};
  stream.read(buffer, sizeof buffer);
  const std::string_view begin(buffer, static_cast<std::size_t>(stream.gcount()));
  file.kind = FileKind::kOther;
  if (begin.starts_with("#!")) {
    file.kind = FileKind::kScript;
    file.script_interpreter = interpreter_of(begin);
  } else if (begin.starts_with(ELFMAG) && begin.size() > EI_CLASS) {
    file.kind = FileKind::kElf;
    file.is_32_bit = begin[EI_CLASS] == ELFCLASS32;
    if (file.is_32_bit) {
      read_segments<Elf32_Ehdr, Elf32_Phdr>(stream, begin, file);
    } else {
      read_segments<Elf64_Ehdr, Elf64_Phdr>(stream, begin, file);
    }
  }
  return file;
}

}  // namespace glimpse::cli
