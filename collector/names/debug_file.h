// Where a stripped binary's symbols and debug information went.
//
// Distributions keep them apart: by build-id below /usr/lib/debug/.build-id/, or under the name and CRC that
// .gnu_debuglink gives. Only files of this machine are looked at, never a server.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "collector/names/elf_file.h"

namespace glimpse::collector {

// The separate debug file of `elf`, or null where there is none that fits: its build-id or CRC is checked.
std::unique_ptr<ElfFile> find_debug_file(const ElfFile& elf, const std::string& debug_root);

// The CRC-32 (reflected 0xEDB88320) that .gnu_debuglink holds.
std::uint32_t debug_link_crc(std::string_view bytes);

}  // namespace glimpse::collector
