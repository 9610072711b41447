// The policies that the Clang plugin applied to the objects of one ELF file: section glimpse_policy of
// glimpse/wire/compiled.h.
//
// Threads: pure function. Failure: none; what makes no sense, and all behind it, is left out.
#pragma once

#include <string>
#include <vector>

#include "collector/names/elf_file.h"

namespace glimpse::collector {

struct CompiledPolicy {
  std::string path;  // empty for the built-in policy
  std::string text;  // of the file, as it was then
};

// Each once, in the order of the file.
std::vector<CompiledPolicy> compiled_policies(const ElfFile& file);

}  // namespace glimpse::collector
