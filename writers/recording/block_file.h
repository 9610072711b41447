// The blocks of a recording, one after the other: from a file that may still grow, or from a pipe.
//
//   next()  ──  the header of the next block  ──  columns() or skip()  ──  next() …
//
// Damage:  where no header is, the next one is looked for; next() tells once what lies between. A block whose columns
//          are not what its header says is told by columns(), and is over then.
// Growing: each writer of a file locks it for a block (writers/output_file.h). Where the file ends within one, next()
//          waits for that lock once; the end is then as it is, and next() may be asked again later.
// Threads: one thread uses a BlockFile. Failure: an Error is a sentence that begins with the file's name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "glimpse/result.h"
#include "writers/recording/format.h"

namespace glimpse::writers::recording {

// Whether `bytes` begin with the header of a block, whatever its columns are. Fewer than a header has: no.
bool is_header(std::string_view bytes, BlockHeader& header);

class BlockFile {
 public:
  // `-` is standard input. A file that gzip or zstd has packed is unpacked in memory.
  static Result<BlockFile> open(const std::string& path);
  // Of bytes in memory, which outlive it.
  static BlockFile of_memory(std::string_view bytes, std::string name);

  BlockFile(BlockFile&& other) noexcept;
  BlockFile& operator=(BlockFile&&) = delete;
  ~BlockFile();

  enum class End : std::uint8_t { kNone, kWhole, kWithinBlock };

  // The next block's header, or nothing at the end, or an Error where bytes were stepped over.
  Result<std::optional<BlockHeader>> next();
  // What the end looked like, after next() gave nothing.
  End end() const { return end_; }

  // The columns of the block that next() gave. Valid until the next call.
  Result<std::string_view> columns();
  void skip();

  // Where the block begins that next() gave, or the file ends.
  std::uint64_t offset() const { return block_offset_; }
  const std::string& name() const { return name_; }

  // An Error that names the file and the block.
  Error error(std::string_view what) const;

 private:
  BlockFile(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}

  std::string_view look(std::size_t bytes);
  std::string_view look_again(std::size_t bytes);
  bool reaches(std::uint64_t bytes);
  void step(std::uint64_t bytes);
  Error step_to_next_header();

  int fd_;  // -1: all of it is in `bytes_`
  std::string name_;
  bool seekable_ = false;
  std::uint64_t offset_ = 0;        // of the next byte
  std::uint64_t block_offset_ = 0;  // of the block that next() gave
  std::string room_;                // what was read and not stepped over, from room_begin_ on
  std::size_t room_begin_ = 0;
  std::string_view bytes_;  // the same, of memory
  BlockHeader header_{};
  End end_ = End::kNone;
};

}  // namespace glimpse::writers::recording
