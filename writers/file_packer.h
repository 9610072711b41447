// Compresses rotated files behind everybody's back.
//
//   FILE.3 ──▶ .FILE.INODE.packing, whole and on the disk ──▶ renamed to FILE.3.zst ──▶ FILE.3 is removed
//
// Any number of processes may do so for one FILE: each file is packed by one of them. Numbers may move on meanwhile.
// Killed:  what is left is the plain file, or the compressed one, or both for a moment; the next packer or rotate()
//          clears up, and packs what is plain.
// Threads: look() may be called by any; the work is done by a thread of its own, at a lower priority, made by the first
//          look(). The end waits for it, but not for long: a file that is not done then stays plain.
// Failure: a file that cannot be packed stays plain, and one line says so.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "glimpse/options.h"
#include "writers/rotated_files.h"

namespace glimpse::writers {

class FilePacker {
 public:
  // For the rotated files of `path`. `tell` is called by its thread. The end waits `farewell` at most.
  FilePacker(std::string path, Compression compression, std::function<void(const std::string&)> tell,
             std::chrono::seconds farewell = std::chrono::seconds(2));
  ~FilePacker();
  FilePacker(const FilePacker&) = delete;
  FilePacker& operator=(const FilePacker&) = delete;

  // There may be something to do.
  void look();

 private:
  void work();
  void pack_all();
  void remove_leftovers() const;
  int pack_one(const std::string& file);
  int put_in_place(const std::string& packing, FileIdentity identity) const;

  std::string path_;
  Compression compression_;
  std::function<void(const std::string&)> tell_;
  std::chrono::seconds farewell_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool wanted_ = false;
  bool ends_ = false;
  bool done_ = false;
  bool told_ = false;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace glimpse::writers
