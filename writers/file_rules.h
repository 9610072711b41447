// What a user allows the files of records to become: how large, how many, and what of their disk.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "glimpse/options.h"

namespace glimpse::writers {

struct FileRules {
  std::uint64_t max_file_bytes = 0;                   // rotated before it would be larger; 0: never
  std::uint32_t max_files = 0;                        // rotated ones that are kept; 0: all
  Compression compression = Compression::kNone;       // of rotated ones
  std::uint64_t min_free_bytes = 0;                   // of the disk, from which on nothing more is recorded; 0: none
  std::function<void(const std::string&)> tell = {};  // a sentence for people; may be called by any thread
};

}  // namespace glimpse::writers
