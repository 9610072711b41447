#include "writers/recording/name_blocks.h"

#include <set>

namespace glimpse::writers::recording {

namespace {

constexpr auto kNames = static_cast<std::uint16_t>(BlockKind::kNames);

// Calls `use(header, block)` for each whole block.
template <typename Use>
void for_each_block(std::string_view blocks, Use use) {
  BlockHeader header{};
  while (is_header(blocks, header) && header.block_bytes <= blocks.size()) {
    use(header, blocks.substr(0, header.block_bytes));
    blocks.remove_prefix(header.block_bytes);
  }
}

std::string whole_block(const BlockHeader& header, std::string_view columns) {
  const BlockEnd end{header.block_bytes, kEndMark};
  std::string block(reinterpret_cast<const char*>(&header), sizeof header);
  block += columns;
  block.append(reinterpret_cast<const char*>(&end), sizeof end);
  return block;
}

}  // namespace

std::string name_blocks(std::string_view blocks) {
  std::string names;
  for_each_block(blocks, [&](const BlockHeader& header, std::string_view block) {
    if (header.kind == kNames) names += block;
  });
  return names;
}

NameCounts names_wanted(std::string_view blocks) {
  NameCounts wanted;
  std::set<std::uint64_t> seen;
  for_each_block(blocks, [&](const BlockHeader& header, std::string_view) {
    if (seen.insert(header.stream).second && header.names > 0) wanted[header.stream] = header.names;
  });
  return wanted;
}

std::string name_blocks_of(BlockFile file, NameCounts& wanted) {
  std::map<std::uint64_t, std::string> blocks;
  NameCounts found;
  while (true) {
    const auto header = file.next();
    if (!header) continue;  // stepped over
    if (!*header) break;
    const BlockHeader& block = **header;
    if (block.kind != kNames || !wanted.contains(block.stream)) {
      file.skip();
      continue;
    }
    const auto columns = file.columns();
    // A copy of earlier blocks may stand here a second time, behind a rotation that was cut short.
    if (!columns || block.names != found[block.stream]) continue;
    found[block.stream] = block.names + block.records;
    blocks[block.stream] += whole_block(block, *columns);
  }
  std::string all;
  for (const auto& [stream, text] : blocks) {
    if (found[stream] < wanted[stream]) continue;
    all += text;
    wanted.erase(stream);
  }
  return all;
}

}  // namespace glimpse::writers::recording
