// What an output file becomes when it is rotated: the names of its files, and the step from one to the next.
//
//   trace.jsonl                                      written
//   trace.jsonl.1   .1.gz   .1.zst                   what was written before; compressed maybe
//   trace.jsonl.2   .2.gz   .2.zst                   before that …
//
// Lock:    whoever renames or removes one of them, or puts a compressed one in a plain one's place, holds the lock of
//          the file that is at `trace.jsonl` just then. So those steps never meet, whoever takes them.
// Killed:  between two steps a number may be free, or a file there both plain and compressed. The next rotate() closes
//          the gap, and takes away the plain one.
// Threads: nothing here keeps anything. Failure: what cannot be listed is not there.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace glimpse::writers {

// Which file it is, whatever its name.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  bool operator==(const FileIdentity&) const = default;
};

FileIdentity identity_of(const struct stat& status);
// Of the file that is at `path` now, behind symbolic links; nothing where none is.
std::optional<FileIdentity> identity_at(const std::string& path);

inline constexpr const char* kGzipSuffix = ".gz";
inline constexpr const char* kZstdSuffix = ".zst";

struct RotatedFile {
  std::uint32_t number = 0;
  std::string path;
  bool compressed = false;
};

// Those of `path`, the newest (1) first; of one number the compressed one first.
std::vector<RotatedFile> rotated_files(const std::string& path);

// rename() that never takes another file's place: EEXIST then, where the file system can tell. errno, 0 for success.
int move_file(const std::string& from, const std::string& to);

// Makes `path` the first of its rotated files; of those at most `most` stay, all where that is 0. The caller holds the
// lock. Returns errno of what failed, 0 for success; EEXIST where somebody without the lock renames files too: try
// again.
int rotate(const std::string& path, std::uint32_t most);

// Every file beside `path` that has its name with more behind a dot or dash: also what other tools made of it.
std::vector<std::string> files_beside(const std::string& path);

}  // namespace glimpse::writers
