// The walk against the unwinder's own: the same frames in the same order, whatever lies between.
#include "runtime/stack_trace.h"

#include <gtest/gtest.h>
#include <link.h>
#include <signal.h>
#include <sys/mman.h>
#include <unwind.h>

#include <cstdlib>
#include <cstring>
#include <functional>
#include <thread>
#include <vector>

#include "glimpse/wire/record.h"
#include "runtime/frame_rules.h"

namespace glimpse::runtime {

std::uint32_t module_of(std::uintptr_t) { return 5; }

namespace {

using Addresses = std::vector<std::uintptr_t>;

Addresses walked(const CallPlace& place, std::uint32_t most = 200) {
  std::vector<std::uint64_t> frames(most);
  frames.resize(walk_stack(place, frames.data(), most));
  Addresses addresses;
  for (const std::uint64_t frame : frames) {
    EXPECT_EQ(wire::stack_frame_module(frame), 5u);
    addresses.push_back(wire::stack_frame_address(frame));
  }
  return addresses;
}

Addresses unwound() {
  Addresses addresses;
  _Unwind_Backtrace(
      [](_Unwind_Context* context, void* into) {
        int before_instruction = 0;
        const std::uintptr_t address = _Unwind_GetIPInfo(context, &before_instruction);
        auto& found = *static_cast<Addresses*>(into);
        if (before_instruction != 0) found.pop_back();  // where the kernel returns to from a handler: no frame of ours
        found.push_back(before_instruction != 0 ? address : address - 1);
        return _URC_NO_REASON;
      },
      &addresses);
  return addresses;
}

[[gnu::noinline]] void compare() {
  Addresses expected = unwound();
  const Addresses got = walked(caller_of(__builtin_frame_address(0)));
  ASSERT_GT(expected.size(), 5u);
  expected.erase(expected.begin(), expected.begin() + 2);  // unwound() and ourselves
  if (expected.back() + 1 == 0) expected.pop_back();       // the caller of the outermost, which is nobody
  EXPECT_EQ(got, expected);
}

void at_depth(int depth, const std::function<void()>& then) {
  if (depth == 0) {
    then();
  } else {
    at_depth(depth - 1, then);
  }
  asm volatile("" ::: "memory");
}

[[gnu::noinline]] void with_alloca(int bytes) {
  auto* memory = static_cast<volatile char*>(__builtin_alloca(static_cast<std::size_t>(bytes)));
  memory[0] = 1;
  compare();
  memory[0] = 2;
}

// Realigned: the frame is found through memory, not by adding.
[[gnu::noinline]] void realigned(int bytes) {
  alignas(64) char wide[128];
  asm volatile("" : : "r"(wide) : "memory");
  with_alloca(bytes);
  asm volatile("" : : "r"(wide) : "memory");
}

TEST(StackTrace, IsTheUnwindersOwn) { compare(); }

TEST(StackTrace, IsTheUnwindersOwnThroughLibrariesAndOddFrames) {
  at_depth(30, compare);
  at_depth(3, [] { with_alloca(1000); });
  at_depth(3, [] { realigned(2000); });
  std::thread([] { at_depth(3, [] { realigned(3000); }); }).join();
  int numbers[] = {2, 1};
  std::qsort(numbers, 2, sizeof(int), [](const void*, const void*) {
    compare();
    return 0;
  });
}

TEST(StackTrace, GoesThroughSignalHandlersToWhatTheyInterrupted) {
  struct sigaction action{};
  action.sa_handler = [](int) { compare(); };
  sigaction(SIGUSR1, &action, nullptr);
  at_depth(3, [] { raise(SIGUSR1); });
  // And on a stack of its own.
  std::vector<char> memory(1 << 16);
  stack_t stack{memory.data(), 0, memory.size()};
  sigaltstack(&stack, nullptr);
  action.sa_flags = SA_ONSTACK;
  sigaction(SIGUSR1, &action, nullptr);
  at_depth(3, [] { raise(SIGUSR1); });
  stack.ss_flags = SS_DISABLE;
  sigaltstack(&stack, nullptr);
  signal(SIGUSR1, SIG_DFL);
}

TEST(StackTrace, StopsAtTheNumberOfFramesAskedFor) {
  const CallPlace place = caller_of(__builtin_frame_address(0));
  const Addresses all = walked(place);
  ASSERT_GT(all.size(), 2u);
  EXPECT_EQ(walked(place, 2), Addresses(all.begin(), all.begin() + 2));
  EXPECT_EQ(walked(place, 0), Addresses());
}

TEST(StackTrace, LooksAtNoMemoryThatIsNotThere) {
  // A page at the end of what is mapped: the frame would go on behind it.
  auto* page = static_cast<char*>(mmap(nullptr, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  ASSERT_NE(page, MAP_FAILED);
  ASSERT_EQ(mprotect(page + 4096, 4096, PROT_NONE), 0);
  CallPlace place = caller_of(__builtin_frame_address(0));
  place.rsp = place.rbp = reinterpret_cast<std::uintptr_t>(page) + 4096 - 8;
  EXPECT_EQ(walked(place).size(), 1u);
  place.rbp = ~std::uintptr_t{0} - 63;
  EXPECT_EQ(walked(place).size(), 1u);
  place.address = 4097;  // no code there
  EXPECT_EQ(walked(place).size(), 1u);
  munmap(page, 8192);
}

TEST(StackTrace, ForgetsWhatItKnewOfAnAddress) {
  EXPECT_GT(walked(caller_of(__builtin_frame_address(0))).size(), 2u);
  forget_places();
  EXPECT_GT(walked(caller_of(__builtin_frame_address(0))).size(), 2u);
}

// Every function of every library loaded here: where it begins, the return address is on top of the stack.
TEST(FrameRules, KnowTheFirstInstructionOfEveryFunction) {
  struct Count {
    std::size_t functions = 0;
    std::size_t usual = 0;
  } count;
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* into) {
        for (int i = 0; i < info->dlpi_phnum; ++i) {
          if (info->dlpi_phdr[i].p_type != PT_GNU_EH_FRAME) continue;
          const auto* header = reinterpret_cast<const std::uint8_t*>(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
          std::uint32_t functions = 0;
          std::memcpy(&functions, header + 8, sizeof(functions));
          for (std::uint32_t k = 0; k < functions; ++k) {
            std::int32_t start = 0;
            std::memcpy(&start, header + 12 + std::size_t{k} * 8, sizeof(start));
            const FrameRule rule = frame_rule_in(header, reinterpret_cast<std::uintptr_t>(header) + start);
            auto& counted = *static_cast<Count*>(into);
            ++counted.functions;
            counted.usual += rule.step == FrameRule::Step::kCall && !rule.cfa_from_rbp && !rule.cfa_is_there &&
                             rule.cfa_offset == 8 && rule.rbp == FrameRule::Rbp::kSame;
          }
        }
        return 0;
      },
      &count);
  EXPECT_GT(count.functions, 5000u);
  EXPECT_GT(count.usual, count.functions * 9 / 10);  // the rest are second halves of functions, and procedure linkage
}

}  // namespace
}  // namespace glimpse::runtime
