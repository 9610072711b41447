// A session's folder and the page all its processes share. See include/glimpse/wire/session_file.h.
//
// Threads: the collector's thread uses it; ring_bell() may be called from any.
#pragma once

#include <pthread.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "collector/collector.h"
#include "glimpse/result.h"
#include "glimpse/wire/session_file.h"

namespace glimpse::collector {

class Session {
 public:
  // A new folder, 0700, below `spool`, or where that is empty below /dev/shm, $TMPDIR or /tmp.
  static Result<std::unique_ptr<Session>> create(const std::string& spool, const Settings& settings);

  // One that is there, and whose collector is not.
  static Result<std::unique_ptr<Session>> adopt(const std::string& folder);

  // One that is there, to look at.
  static Result<std::unique_ptr<Session>> open(const std::string& folder);

  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const std::string& folder() const { return folder_; }
  wire::SessionHeader& header() { return *header_; }

  // The file of the `number`th process, counting from 1.
  std::string process_path(std::uint32_t number) const;

  std::uint32_t bell() const { return header_->bell.load(std::memory_order_seq_cst); }
  // Sleeps until the bell rings, if it has not since it showed `seen`.
  void wait(std::uint32_t seen, std::chrono::nanoseconds timeout);
  void ring_bell();

  // While it is held traced processes see that their collector lives, and when it dies, at once. For the thread that
  // drains, from begin to end.
  class Life {
   public:
    explicit Life(wire::SessionHeader& header);
    ~Life();
    Life(const Life&) = delete;
    Life& operator=(const Life&) = delete;

   private:
    pthread_mutex_t* mutex_;
  };

  // One collector drains a session. False where another one is at work.
  bool lock();
  void unlock();

  // Numbered files of the collector's own, by their paths.
  std::vector<std::string> text_files() const;

  // Whether records of it wait for destinations.
  bool has_queue() const;

  // Deletes the folder with all in it that is a session's.
  void remove();

 private:
  Session(std::string folder, wire::SessionHeader* header) : folder_(std::move(folder)), header_(header) {}

  std::string folder_;
  wire::SessionHeader* header_;
  int lock_fd_ = -1;
};

}  // namespace glimpse::collector
