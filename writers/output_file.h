// A file, pipe or terminal that receives whole lines or whole blocks, and that several processes may share.
//
//   one flush:   lock ── does the file end where a line or block ends? ── write() … write() ── unlock
//
// Sharing: a regular file is opened for appending and locked (flock) around each append(), so that the rest of a
// partial
//          write follows before another process's line. Where the file system knows no locks, appending alone has to
//          do. Other outputs are not locked: a pipe has one writer, or lines up to PIPE_BUF.
// Killed:  half a record at the end of the file (its writer was killed in the middle) is cut off first: whoever
// recovers
//          what that writer left behind writes the line again. Any other half line was not ours, and gets its newline.
//          Half a block is cut off likewise.
// Failure: an Error names the file and the reason. What append() has not accepted stays with the caller; on a regular
//          file it accepts whole lines or blocks only, and cuts off the half that a full disk left behind.
// Signals: writing to a closed pipe gives an Error (EPIPE), never SIGPIPE. Beyond a file size limit the system sends
//          SIGXFSZ: the program decides whether to ignore it and so to get the Error (EFBIG).
// Threads: one thread uses an OutputFile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "glimpse/result.h"
#include "writers/outbox.h"

namespace glimpse::writers {

class OutputFile {
 public:
  enum class Mode : std::uint8_t {
    kTruncate,  // start the file anew
    kAppend,    // keep what is there
  };

  // What a file consists of.
  enum class Unit : std::uint8_t { kLine, kBlock };

  // Opens or creates `path`. A new file is readable and writable by its owner alone (0600), whatever the umask; a file
  // that exists keeps its permissions. Opening a FIFO waits for its reader.
  // Blocks are appended to a recording only.
  static Result<OutputFile> open(const std::string& path, Mode mode, Unit unit = Unit::kLine);

  // Writes to a descriptor that is open already, such as standard output, and leaves it open. `name` is for messages.
  static OutputFile borrow(int fd, std::string name);

  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&& other) noexcept;
  ~OutputFile();

  // Writes `text`, whole lines or blocks, and waits where the output is slow. `accepted` becomes the number of
  // bytes the caller may forget: all of them unless there is an Error. `outbox` is told on the way; it may be null.
  Result<void> append(std::string_view text, std::size_t& accepted, Outbox* outbox = nullptr);

  // For whoever does more than an append() under the lock of a regular file (writers/file_lock.h): the same without
  // taking the lock, and what append() does first: the file then ends where a line or block ends. errno, 0 for success.
  Result<void> append_locked(std::string_view text, std::size_t& accepted, Outbox* outbox = nullptr);
  int mend_end();

  bool is_regular() const { return regular_; }
  int descriptor() const { return fd_; }
  const std::string& name() const { return name_; }

  // Where a regular file lies, from the root; empty for anything else.
  std::string path() const;

 private:
  OutputFile(int fd, bool owned, bool readable, std::string name);

  int mend_half_line(std::uint64_t bytes);
  bool cut(std::size_t bytes);
  Error error(int reason) const;

  int fd_ = -1;
  bool owned_ = false;
  bool readable_ = false;
  bool regular_ = false;
  Unit unit_ = Unit::kLine;
  bool left_half_line_ = false;  // a failed append() ended in the middle, and the file could not be cut
  std::string name_;
};

}  // namespace glimpse::writers
