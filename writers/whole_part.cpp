#include "writers/whole_part.h"

#include <algorithm>

#include "writers/recording/block_file.h"

namespace glimpse::writers {

bool is_recording(std::string_view text) { return text.starts_with(recording::kMagic); }

std::size_t whole_part(std::string_view text, std::size_t bytes) {
  bytes = std::min(bytes, text.size());
  if (!is_recording(text)) {
    const std::size_t newline = text.substr(0, bytes).rfind('\n');
    return newline == std::string_view::npos ? 0 : newline + 1;
  }
  std::size_t whole = 0;
  recording::BlockHeader header{};
  while (recording::is_header(text.substr(whole), header) && whole + header.block_bytes <= bytes) {
    whole += header.block_bytes;
  }
  return whole;
}

std::size_t first_part(std::string_view text) {
  if (recording::BlockHeader header{}; is_recording(text) && recording::is_header(text, header)) {
    return std::min<std::size_t>(header.block_bytes, text.size());
  }
  const std::size_t newline = is_recording(text) ? std::string_view::npos : text.find('\n');
  return newline == std::string_view::npos ? text.size() : newline + 1;
}

std::uint64_t records_in(std::string_view text) {
  if (!is_recording(text)) return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
  std::uint64_t records = 0;
  recording::BlockHeader header{};
  while (recording::is_header(text, header) && header.block_bytes <= text.size()) {
    if (header.kind == static_cast<std::uint16_t>(recording::BlockKind::kRecords)) records += header.records;
    text.remove_prefix(header.block_bytes);
  }
  return records;
}

}  // namespace glimpse::writers
