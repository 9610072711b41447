// CRC-32C (Castagnoli), as iSCSI, ext4 and leveldb have it: RFC 3720, appendix B.4.
#pragma once

#include <cstdint>
#include <string_view>

namespace glimpse::writers::recording {

// Of bytes whose first part has the checksum `before`.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0);

}  // namespace glimpse::writers::recording
