#include "collector/names/elf_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

namespace glimpse::collector {
namespace {

constexpr std::uint32_t kNoteGnuBuildId = 3;
constexpr std::size_t kMaxBuildIdBytes = 64;

template <typename T>
std::optional<T> read_at(std::string_view bytes, std::uint64_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

std::string_view c_string(std::string_view bytes, std::uint64_t offset) {
  if (offset >= bytes.size()) return {};
  bytes.remove_prefix(offset);
  return bytes.substr(0, bytes.find('\0'));
}

// Notes are {name size, description size, type, name, description}, each part padded to four bytes.
std::string_view find_build_id(std::string_view notes) {
  const auto padded = [](std::uint64_t size) { return (size + 3) & ~std::uint64_t{3}; };
  std::uint64_t at = 0;
  while (const auto note = read_at<Elf64_Nhdr>(notes, at)) {
    const std::uint64_t name = at + sizeof(Elf64_Nhdr);
    const std::uint64_t description = name + padded(note->n_namesz);
    const std::uint64_t end = description + note->n_descsz;
    if (end > notes.size()) return {};
    if (note->n_type == kNoteGnuBuildId && notes.substr(name, note->n_namesz) == std::string_view("GNU\0", 4) &&
        note->n_descsz <= kMaxBuildIdBytes) {
      return notes.substr(description, note->n_descsz);
    }
    at = description + padded(note->n_descsz);
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<ElfFile>> ElfFile::open(const std::string& path, const std::string& contents) {
  const int file = ::open(contents.empty() ? path.c_str() : contents.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return Error{fmt::format("{}: {}", path, std::strerror(errno))};
  struct stat status{};
  void* mapping = MAP_FAILED;
  const bool readable = ::fstat(file, &status) == 0 && S_ISREG(status.st_mode) &&
                        status.st_size >= static_cast<off_t>(sizeof(Elf64_Ehdr));
  if (readable) {
    mapping = ::mmap(nullptr, static_cast<std::size_t>(status.st_size), PROT_READ, MAP_PRIVATE, file, 0);
  }
  ::close(file);
  if (!readable) return Error{fmt::format("{}: not an ELF file", path)};
  if (mapping == MAP_FAILED) return Error{fmt::format("{}: cannot be mapped: {}", path, std::strerror(errno))};

  std::unique_ptr<ElfFile> elf(new ElfFile);
  elf->path_ = path;
  elf->contents_ = contents;
  elf->bytes_ = {static_cast<const char*>(mapping), static_cast<std::size_t>(status.st_size)};
  const auto header = *read_at<Elf64_Ehdr>(elf->bytes_, 0);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return Error{fmt::format("{}: not an ELF file", path)};
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB) {
    return Error{fmt::format("{}: not a 64-bit little-endian ELF file", path)};
  }
  elf->read_headers(header);
  return elf;
}

ElfFile::~ElfFile() {
  if (!bytes_.empty()) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
}

// Files with 65280 sections and more keep the true counts in the fields of section 0.
void ElfFile::read_headers(const Elf64_Ehdr& header) {
  for (std::uint64_t i = 0; i < header.e_phnum && header.e_phentsize == sizeof(Elf64_Phdr); ++i) {
    const auto segment = read_at<Elf64_Phdr>(bytes_, header.e_phoff + i * sizeof(Elf64_Phdr));
    if (!segment) break;
    segments_.push_back(*segment);
  }
  if (header.e_shoff == 0 || header.e_shentsize != sizeof(Elf64_Shdr)) return;
  const auto first = read_at<Elf64_Shdr>(bytes_, header.e_shoff);
  if (!first) return;
  const std::uint64_t count = header.e_shnum != 0 ? header.e_shnum : first->sh_size;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto section = read_at<Elf64_Shdr>(bytes_, header.e_shoff + i * sizeof(Elf64_Shdr));
    if (!section) break;
    sections_.push_back(*section);
  }
  const std::uint64_t names = header.e_shstrndx != SHN_XINDEX ? header.e_shstrndx : first->sh_link;
  if (names < sections_.size()) section_names_ = bytes_of(sections_[names]);
}

std::string_view ElfFile::slice(std::uint64_t offset, std::uint64_t size) const {
  if (offset > bytes_.size() || bytes_.size() - offset < size) return {};
  return bytes_.substr(offset, size);
}

std::string_view ElfFile::bytes_of(const Elf64_Shdr& section) const {
  if (section.sh_type == SHT_NOBITS) return {};
  return slice(section.sh_offset, section.sh_size);
}

ElfFile::SymbolTable ElfFile::symbols(std::uint32_t type) const {
  for (const Elf64_Shdr& section : sections_) {
    if (section.sh_type != type || section.sh_link >= sections_.size()) continue;
    SymbolTable table{bytes_of(section), bytes_of(sections_[section.sh_link])};
    if (table.size() > 0) return table;
  }
  return {};
}

Elf64_Sym ElfFile::SymbolTable::symbol(std::size_t index) const {
  return *read_at<Elf64_Sym>(entries, index * sizeof(Elf64_Sym));
}

std::string_view ElfFile::SymbolTable::name(std::uint32_t offset) const {
  const std::string_view whole = c_string(strings, offset);
  return whole.substr(0, whole.find('@', 1));
}

std::string ElfFile::build_id() const {
  std::string_view id;
  for (const Elf64_Phdr& segment : segments_) {
    if (id.empty() && segment.p_type == PT_NOTE) id = find_build_id(slice(segment.p_offset, segment.p_filesz));
  }
  for (const Elf64_Shdr& section : sections_) {
    if (id.empty() && section.sh_type == SHT_NOTE) id = find_build_id(bytes_of(section));
  }
  std::string hex;
  for (const char byte : id) hex += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return hex;
}

// The name, padded with NULs to four bytes, then the CRC of the debug file.
ElfFile::DebugLink ElfFile::debug_link() const {
  for (const Elf64_Shdr& section : sections_) {
    if (c_string(section_names_, section.sh_name) != ".gnu_debuglink") continue;
    const std::string_view bytes = bytes_of(section);
    const std::string_view name = c_string(bytes, 0);
    const auto crc = read_at<std::uint32_t>(bytes, (name.size() + 4) & ~std::uint64_t{3});
    if (!name.empty() && name.find('/') == std::string_view::npos && crc) return {std::string(name), *crc};
  }
  return {};
}

bool ElfFile::has_section(std::string_view name) const {
  return std::any_of(sections_.begin(), sections_.end(), [&](const Elf64_Shdr& section) {
    return c_string(section_names_, section.sh_name) == name && !bytes_of(section).empty();
  });
}

std::vector<ElfFile::Section> ElfFile::sections(std::string_view name) const {
  std::vector<Section> found;
  for (const Elf64_Shdr& section : sections_) {
    if (c_string(section_names_, section.sh_name) != name) continue;
    if (const std::string_view bytes = bytes_of(section); !bytes.empty()) found.push_back({bytes, section.sh_addr});
  }
  return found;
}

std::string_view ElfFile::loaded_at(std::uint64_t address) const {
  for (const Elf64_Phdr& segment : segments_) {
    if (segment.p_type != PT_LOAD || address < segment.p_vaddr || address - segment.p_vaddr >= segment.p_filesz)
      continue;
    std::string_view bytes = slice(segment.p_offset, segment.p_filesz);
    if (!bytes.empty()) bytes.remove_prefix(address - segment.p_vaddr);
    return bytes;
  }
  return {};
}

bool ElfFile::may_mention(std::string_view word) const {
  const bool compressed = std::any_of(sections_.begin(), sections_.end(), [this](const Elf64_Shdr& section) {
    return (section.sh_flags & SHF_COMPRESSED) != 0 || c_string(section_names_, section.sh_name).starts_with(".zdebug");
  });
  return compressed || memmem(bytes_.data(), bytes_.size(), word.data(), word.size()) != nullptr;
}

bool ElfFile::is_library() const {
  for (const Elf64_Shdr& section : sections_) {
    if (section.sh_type != SHT_DYNAMIC) continue;
    const std::string_view bytes = bytes_of(section);
    for (std::uint64_t at = 0; const auto entry = read_at<Elf64_Dyn>(bytes, at); at += sizeof(Elf64_Dyn)) {
      if (entry->d_tag == DT_SONAME) return true;
    }
  }
  return false;
}

}  // namespace glimpse::collector
