// One traced process, controlled from outside while it runs: `glimpse ctl`.
//
// Threads: one uses it. It maps what the process and its collector share, and asks them as the process itself would.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "glimpse/result.h"

namespace glimpse::collector {

class ProcessControl {
 public:
  // The process `pid`, as it is numbered here, in a session of this user below `spool` or in the usual places. An Error
  // says why there is none.
  static Result<std::unique_ptr<ProcessControl>> find(pid_t pid, const std::string& spool);

  virtual ~ProcessControl() = default;

  virtual void set_recording(bool on) = 0;

  // Everything recorded up to now is in the output. False where the time was over first; an Error where nobody will do
  // it.
  virtual Result<bool> flush(std::chrono::milliseconds timeout) = 0;

  // What the rings hold is in the output. As flush(); an Error also where rings do not keep the newest.
  virtual Result<bool> snapshot(std::chrono::milliseconds timeout) = 0;

  // Puts a checked policy in force for all processes of the session: `text`, from the absolute `path`. Waits as flush()
  // does.
  virtual Result<bool> set_policy(const std::string& path, const std::string& text,
                                  std::chrono::milliseconds timeout) = 0;

  struct Status {
    std::string session;
    pid_t collector = 0;  // 0: gone
    std::string executable;
    bool patches_excluded = false;  // GLIMPSE_PATCH_EXCLUDED
    bool recording = true;
    std::uint32_t threads = 0;       // that have a ring
    std::uint64_t read_calls = 0;    // that became records
    std::uint64_t queued_words = 0;  // in rings, of 8 bytes
    std::uint64_t lost_calls = 0;
  };
  virtual Status status() = 0;
};

}  // namespace glimpse::collector
