#include "collector/names/debug_file.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

namespace glimpse::collector {
namespace {

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320U : crc >> 1;
    table[byte] = crc;
  }
  return table;
}

std::unique_ptr<ElfFile> open_if_present(const std::string& path) {
  auto file = ElfFile::open(path);
  return file.ok() ? std::move(file.value()) : nullptr;
}

std::unique_ptr<ElfFile> by_build_id(const ElfFile& elf, const std::string& debug_root) {
  const std::string id = elf.build_id();
  if (id.size() < 4) return nullptr;
  auto file = open_if_present(fmt::format("{}/.build-id/{}/{}.debug", debug_root, id.substr(0, 2), id.substr(2)));
  return file != nullptr && file->build_id() == id ? std::move(file) : nullptr;
}

std::unique_ptr<ElfFile> by_debug_link(const ElfFile& elf, const std::string& debug_root) {
  const ElfFile::DebugLink link = elf.debug_link();
  if (link.name.empty()) return nullptr;
  std::error_code unresolved;
  std::filesystem::path real = std::filesystem::canonical(elf.path(), unresolved);
  if (unresolved) real = elf.path();
  const std::string directory = real.parent_path().string();
  for (const std::string& place : {directory, directory + "/.debug", debug_root + directory}) {
    const std::string path = place + "/" + link.name;
    if (path == real) continue;
    auto file = open_if_present(path);
    if (file != nullptr && debug_link_crc(file->bytes()) == link.crc) return file;
  }
  return nullptr;
}

}  // namespace

std::unique_ptr<ElfFile> find_debug_file(const ElfFile& elf, const std::string& debug_root) {
  if (auto file = by_build_id(elf, debug_root)) return file;
  return by_debug_link(elf, debug_root);
}

std::uint32_t debug_link_crc(std::string_view bytes) {
  static constexpr auto kTable = make_crc_table();
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char byte : bytes) crc = kTable[(crc ^ static_cast<unsigned char>(byte)) & 0xFF] ^ (crc >> 8);
  return ~crc;
}

}  // namespace glimpse::collector
