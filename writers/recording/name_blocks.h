// The blocks of names of a recording, as they stand there: what another file needs before blocks of the same streams.
//
// Threads: none of this keeps anything. Failure: what cannot be read has no names.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "writers/recording/block_file.h"

namespace glimpse::writers::recording {

// Those of whole blocks in memory.
std::string name_blocks(std::string_view blocks);

// Numbers of names, by stream.
using NameCounts = std::map<std::uint64_t, std::uint32_t>;

// How many names must have been told before these blocks.
NameCounts names_wanted(std::string_view blocks);

// Those in `file` of the streams in `wanted`, which then has the streams that are not complete.
std::string name_blocks_of(BlockFile file, NameCounts& wanted);

}  // namespace glimpse::writers::recording
