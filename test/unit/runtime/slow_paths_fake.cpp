#include "test/unit/runtime/slow_paths_fake.h"

#include "runtime/confinement.h"
#include "runtime/hot/slow_paths.h"
#include "runtime/process.h"
#include "runtime/room.h"

namespace glimpse::runtime {

constinit Frame bottom_frame{~std::uintptr_t{0}, 0, 0};
constinit thread_local Thread this_thread{};
constinit Process process{};
constinit std::atomic<bool> process_confined{false};
SlowPaths slow_paths;

bool push_slowly(Lane&, std::uint32_t what) {
  slow_paths.taken.push_back("push " + std::to_string(wire::event_function(what)));
  return slow_paths.push_succeeds;
}

bool grow_frames(Lane&) {
  slow_paths.taken.push_back("grow");
  return false;
}

void push_leave(Lane&, std::uint32_t frames, wire::LeaveReason reason) {
  slow_paths.taken.push_back("leave " + std::to_string(frames) + " reason " +
                             std::to_string(static_cast<std::uint32_t>(reason)));
}

}  // namespace glimpse::runtime
