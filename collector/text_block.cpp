#include "collector/text_block.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "glimpse/wire/session_file.h"

namespace glimpse::collector {

namespace {

constexpr std::uint32_t kMostBlocks = 1'000'000;

std::string block_path(const std::string& folder, std::uint32_t number) {
  return fmt::format("{}/{}{}", folder, wire::kTextFilePrefix, number);
}

}  // namespace

char* TextBlock::memory(std::size_t bytes) {
  if (lost_) return nullptr;
  if (memory_ != nullptr) {
    if (memory_->grow(bytes)) return memory_->data();
  } else {
    // A number that is taken belongs to an earlier collector, whose text may be wanted still.
    for (number_ = 1; memory_ == nullptr && number_ < kMostBlocks; ++number_) {
      const std::string path = block_path(folder_, number_);
      if (access(path.c_str(), F_OK) == 0) continue;
      memory_ = SpoolMemory::create(path, bytes);
      break;
    }
    if (memory_ != nullptr) return memory_->data();
  }
  lost_ = true;
  return nullptr;
}

void TextBlock::begins(const writers::Place& place) { journal_.note_begins(number_, place); }

void TextBlock::handed(std::size_t bytes) {
  begin_ += bytes;
  journal_.note_handed(number_, begin_);
  if (begin_ == end_) begin_ = end_ = 0;
}

TextState TextBlock::state(std::size_t bytes) {
  end_ = begin_ + bytes;
  return {number_, pid_, path_, begin_, end_};
}

std::string TextBlock::read(const std::string& folder, const TextState& state) {
  std::ifstream file(block_path(folder, state.block), std::ios::binary);
  const std::string all{std::istreambuf_iterator<char>(file), {}};
  if (state.begin > state.end || state.end > all.size()) return {};
  return all.substr(state.begin, state.end - state.begin);
}

}  // namespace glimpse::collector
