// The collector: from rings in shared memory to records in a Writer.
//
// One Collector serves one session: one `glimpse run` with all processes under it, or one linked program with its
// children. It names functions, decides by the policy, pairs START with END, and gives rings back to their threads once
// the records made of them were flushed.
//
// Threads: run() belongs to one thread; finish() may be called from another.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "glimpse/result.h"
#include "policy/policy.h"
#include "writers/writer.h"

namespace glimpse::collector {

// kFlight: as kOverwrite, and rings are read when somebody asks, or their process ends.
enum class Overflow : std::uint8_t { kBlock, kDrop, kOverwrite, kFlight };

struct Settings {
  policy::Policy policy;
  writers::Level level = writers::Level::kInfo;
  std::chrono::milliseconds flush_interval{100};
  // What the runtime of each traced process is told.
  std::uint64_t ring_bytes = 1 << 20;
  Overflow overflow = Overflow::kBlock;
  std::chrono::milliseconds enqueue_timeout{10'000};
  std::uint64_t max_field_length = 4096;
  std::uint32_t stack_frames = 32;
  bool patch_excluded = false;
  int snapshot_signal = 0;   // its number; 0: none
  bool whole_calls = false;  // one record for a call, when it ends
  // For the process record.
  std::string service;
  std::string repository;  // of the program's source; stands in messages of level FATAL. Empty where not set
  std::string environment;
  // What whoever recovers the session is to know: kept in its folder as it is, for memo().
  std::string memo;
};

// The Writer for a process. Asked once per process; it may give the same one every time. The caller keeps ownership.
using WriterOf = std::function<Result<writers::Writer*>(std::uint32_t pid)>;

// What a session came to, for the line on stderr at the end.
struct Totals {
  std::uint64_t processes = 0;
  std::uint64_t records = 0;  // written here; those of a collector before this one not counted
  std::uint64_t dropped = 0;
  std::uint64_t unreadable = 0;       // processes whose rings could not be read
  std::vector<std::string> warnings;  // policy entries that match nothing, or what was not compiled to be recorded
};

class Collector {
 public:
  // A new session below `spool` (empty: the best place there is). Its folder is 0700 and vanishes when run() returns.
  static Result<std::unique_ptr<Collector>> create(const std::string& spool, Settings settings, WriterOf writer_of);

  // A session that exists: the one a linked program has just started (`glimpse collect`), or one left behind
  // (`glimpse recover`).
  static Result<std::unique_ptr<Collector>> adopt(const std::string& session, Settings settings, WriterOf writer_of);

  virtual ~Collector() = default;

  // The session's folder: the value of GLIMPSE_SESSION for traced programs.
  virtual const std::string& session() const = 0;

  // Whether processes run that are traced, or may yet be. Any thread may ask; it looks at every process of the machine.
  virtual bool any_runs() const = 0;

  // Drains until every process of the session has ended and finish() was called (after create()), or until every
  // process has ended (after adopt()). An Error means that records could not be written; the session is then kept.
  virtual Result<Totals> run() = 0;

  // No process of the session will be started from outside any more. `pid` is the child that was waited for, `status`
  // what waitpid() said; pid 0 where no child was ever started.
  virtual void finish(pid_t pid, int status) = 0;

  // After run() returned an Error: deletes what is left of the session, where nobody will want to recover it.
  virtual void discard() = 0;
};

// What the Settings of the session's first collector said in `memo`; empty where there was none.
std::string memo(const std::string& session);

// A session, seen from outside.
struct SessionGlance {
  enum class State : std::uint8_t { kStarting, kRunning, kAbandoned };

  std::string folder;
  State state = State::kRunning;
  pid_t collector = 0;          // where it runs
  std::vector<pid_t> programs;  // traced processes that are not written out yet
};

// The sessions of this user below `spool` and in the usual places.
std::vector<SessionGlance> sessions(const std::string& spool);

// Those of them whose collector is gone.
std::vector<std::string> abandoned_sessions(const std::string& spool);

}  // namespace glimpse::collector
