// Rotated files that are compressed: made by glimpse, readable by gzip and zstd, and known again.
//
// A packed file carries which file it was made of (device and inode), where programs that unpack it do not look: in the
// comment of gzip's header, in a skippable frame behind zstd's. So `glimpse recover` finds text in it that a killed
// collector had handed on.
//
// Threads: nothing here keeps anything. Failure: an errno, or nothing where a file cannot be read.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "glimpse/options.h"
#include "writers/rotated_files.h"

namespace glimpse::writers {

// `.gz`, `.zst`, or nothing.
const char* packed_suffix(Compression compression);

// Writes to `to` what stands in `from`, compressed. Returns errno of what failed, ECANCELED where `stop` was set, 0 for
// success. Takes a few MiB of memory.
int pack(int from, int to, Compression compression, const std::atomic<bool>& stop);

// Which file the one at `path` was made of; nothing where it is not packed, or not by us.
std::optional<FileIdentity> packed_from(const std::string& path);

// Of what is packed in the file at `path`: at most `most` bytes from `offset` on. Nothing where it is not packed, or
// damaged before `offset`.
std::optional<std::string> unpack(const std::string& path, std::uint64_t offset, std::uint64_t most);

}  // namespace glimpse::writers
