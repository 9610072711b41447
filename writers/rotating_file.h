// An output file that stays where its name is: rotated when it is large, opened again when somebody else has renamed
// it.
//
//   append:  lock ── is it still the file at its path? ── is there room? ── write whole lines or blocks ── unlock
//                       │ no: open that one                │ no: rename it to FILE.1, open a new one
//
// Sharing: processes that share a file rotate it under its lock; whoever gets the lock of a file that has another name
//          by then opens the one at the path. So nothing is ever appended to a rotated file.
// Others:  logrotate and whoever else renames the file is noticed at the next append(), and within a second when there
//          is nothing to append; reopen_files() makes it at once. Where the path cannot be opened, what is open is
//          written on.
// Blocks:  functions' names stand once in a stream, so a file that takes the place of another one begins with a copy of
//          the names that its stream has told before. Each file can be read by itself.
// Killed:  `outbox` is told in which file, and where, each part begins: writers/outbox.h.
// Packing: a thread of its own compresses rotated files, where that is asked for: writers/file_packer.h.
// Failure: as OutputFile. A file that cannot be rotated grows on, and one line says so.
// Threads: one thread uses a RotatingFile; reopen_files() may be called by any, in signal handlers too.
#pragma once

#include <sys/stat.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "glimpse/result.h"
#include "writers/file_packer.h"
#include "writers/file_rules.h"
#include "writers/outbox.h"
#include "writers/output_file.h"

namespace glimpse::writers {

// Every RotatingFile of this process looks at its path again soon.
void reopen_files();

class RotatingFile {
 public:
  // As OutputFile::open(). Where files are rotated, starting anew moves what is there aside.
  static Result<RotatingFile> open(const std::string& path, OutputFile::Mode mode, OutputFile::Unit unit,
                                   FileRules rules);

  // A file, pipe or terminal that stays what it is.
  RotatingFile(OutputFile file) : file_(std::move(file)) {}

  // As OutputFile::append(). Nothing to append is a chance to look at the path.
  Result<void> append(std::string_view text, std::size_t& accepted, Outbox* outbox = nullptr);

  // Blocks that another writer left will be appended: the names they speak of are looked for in the files so far.
  void recall_names(std::string_view blocks);

  const std::string& name() const { return file_.name(); }
  const FileRules& rules() const { return rules_; }

  // Where a regular file lies, from the root; empty for anything else.
  std::string path() const;

  // Of a regular file; -1 of anything else. Another one after an append().
  int descriptor() const { return file_.is_regular() ? file_.descriptor() : -1; }

 private:
  using Clock = std::chrono::steady_clock;
  enum class Step : std::uint8_t { kWritten, kMoved };

  RotatingFile(OutputFile file, OutputFile::Unit unit, FileRules rules);

  void look();
  bool at_path() const;
  bool reopen();
  Result<Step> append_some(std::string_view text, std::size_t& accepted, Outbox* outbox);
  Result<void> begin_with_names(std::uint64_t& bytes);
  std::size_t part_that_fits(std::string_view text, std::uint64_t bytes) const;
  bool rotate_locked();
  void be_like(const struct stat& before);
  void pack_rotated();

  OutputFile file_;
  OutputFile::Unit unit_ = OutputFile::Unit::kLine;
  FileRules rules_;
  std::unique_ptr<FilePacker> packer_;
  std::string path_;                 // from the root; empty: it stays what it is
  std::string real_path_;            // the same without symbolic links: beside it are its rotated files
  std::string names_;                // blocks of names that streams have told so far
  bool names_missing_ = false;       // from the file that is open
  std::uint64_t empty_bytes_ = 0;    // a file that has no more than this has no records
  bool told_ = false;                // that it cannot be rotated
  Clock::time_point stays_until_{};  // neither opened again nor rotated before: that failed a moment ago
  Clock::time_point looked_{};
  std::uint64_t asked_ = 0;  // reopen_files() calls that were heard
};

}  // namespace glimpse::writers
