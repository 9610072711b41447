// A folder of this user's alone, whose files are written whole and locked by who uses them. Processes may share it.
//
//   write() ── .new-NAME ── write, fsync ── rename ── fsync of the folder
//
// Killed:  who is killed within write() leaves a `.new-` file that no list shows; remove_unfinished() removes it.
// Locks:   flock on the file itself, gone with the process that holds it. A file that was renamed or removed while its
//          lock was waited for counts as gone.
// Trust:   nothing but plain files of this user is opened, and no symbolic link is followed.
// Threads: one thread uses a PrivateFolder. Failure: an Error names the folder and the reason.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/result.h"
#include "writers/owned_descriptor.h"

namespace glimpse::writers {

class PrivateFolder {
 public:
  struct File {
    std::string name;
    std::uint64_t bytes = 0;
  };

  // Makes the folder, and those around it, where they are missing (0700). An Error where it is another user's, or
  // others may look into it.
  static Result<PrivateFolder> open(const std::string& path);

  const std::string& path() const { return path_; }

  // By name; without those whose name begins with a dot.
  std::vector<File> files() const;

  // Readable by this user alone (0600), and on the disk when it returns.
  Result<void> write(const std::string& name, std::string_view bytes);

  // The file, open; nothing where it is gone or not ours.
  OwnedDescriptor open_file(const std::string& name) const;

  // The same, locked; nothing where another has the lock, too.
  OwnedDescriptor lock(const std::string& name) const;

  // Of all processes that share the folder, one holds this at a time. It is waited for, but not for ever: where it
  // cannot be had within a second, nothing is returned.
  OwnedDescriptor lock_all() const;

  bool rename(const std::string& from, const std::string& to) const;
  bool remove(const std::string& name) const;

  // Removes what writers that are no more have left behind. Returns the bytes that such files of living ones take.
  std::uint64_t remove_unfinished() const;

 private:
  PrivateFolder(OwnedDescriptor folder, std::string path) : folder_(std::move(folder)), path_(std::move(path)) {}

  std::vector<File> all_files() const;
  Error error(std::string_view what, int reason) const;

  OwnedDescriptor folder_;
  std::string path_;
};

std::uint64_t size_of(const OwnedDescriptor& file);

// At most `most` of the bytes from the begin of an open file.
std::string read_file(const OwnedDescriptor& file, std::uint64_t most);

}  // namespace glimpse::writers
