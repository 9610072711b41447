// Another policy amid the run (`glimpse ctl PID policy FILE`): functions that hooks have learnt to skip are asked about
// again.
//
// A hook that skips looks at nothing but its function's slot. So it is for whoever leaves the usual path to see that
// the policy changed: a thread that records does so every two seconds or so, and any thread at the first call of a
// function, at a span or a message. Then every skipped function is undecided again, and its next call learns what the
// collector has decided since. Functions that are recorded stay so: what the policy excludes of them, the collector
// leaves out.
//
// Not where hook calls are patched out: some of a function's calls are gone from the code, and half of them is worse
// than none.
//
// Threads and signals: safe anywhere, in a process that is attached.
#pragma once

#include <atomic>
#include <cstdint>

#include "runtime/process.h"

namespace glimpse::runtime {

// Which of the session's policies this process goes by. A forked child goes by its parent's, as its code does.
extern constinit std::atomic<std::uint32_t> followed_policy __attribute__((visibility("hidden")));

void follow_changed_policy();

inline void follow_policy() {
  if (process.session->policy_done.load(std::memory_order_acquire) != followed_policy.load(std::memory_order_relaxed))
      [[unlikely]]
    follow_changed_policy();
}

}  // namespace glimpse::runtime
