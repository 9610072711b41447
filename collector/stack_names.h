// The stack at a throw as text, and the group of exceptions it belongs to.
//
// Frames are named once and kept by address; a place that throws over and over costs one look-up. What only throws
// or only says a log (collector/stack_plumbing.h) is left out, and so is what calls `main`: no reader asks for it.
//
// The group is made of the exception's type, the shape of its message (collector/error_group.h) and the functions'
// names, without addresses, lines and repetitions: the same over builds, machines and depths of a recursion.
//
// Threads: one thread uses it. Failure: a frame of which nothing is known is its address.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "collector/call_stack.h"
#include "collector/error_group.h"
#include "collector/process_functions.h"
#include "collector/process_view.h"

namespace glimpse::collector {

class StackNames {
 public:
  StackNames(ProcessFunctions& functions, const ProcessView& view) : functions_(functions), view_(view) {}

  // `frames`: as wire::pack_stack_frame() has them, innermost first. What is returned lives until the next call.
  StackText text(const std::vector<std::uint64_t>& frames, std::string_view exception_type, std::string_view what);

 private:
  struct Frame {
    std::string text;      // `app::f(int) (src/app.cpp:12)`, `app::f(int)+0x1c (app)`, `libfoo+0x1234`
    std::string function;  // its name, or the module's where it has none
  };
  struct Stack {
    std::string trace;
    std::vector<std::string> functions;  // the first of them that differ, kGroupFrames at most
  };

  const Frame& frame(std::uint64_t packed);
  Frame name(std::uint64_t packed);
  Stack make(const std::vector<std::uint64_t>& frames);

  ProcessFunctions& functions_;
  const ProcessView& view_;
  std::unordered_map<std::uint64_t, Frame> frames_;
  std::map<std::vector<std::uint64_t>, Stack> stacks_;
  ErrorGroups groups_;
};

}  // namespace glimpse::collector
