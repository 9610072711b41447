// The walk against the unwinder's own: the same frames in the same order, whatever lies between.
#include "runtime/stack_trace.h"

#include <gtest/gtest.h>
#include <link.h>
#include <signal.h>
#include <sys/mman.h>
#include <unwind.h>

#include <algorithm>
#include <array>
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

// Of a fixed size: signal handlers take some, and may not allocate.
class Addresses {
 public:
  using value_type = std::uintptr_t;
  using const_iterator = const std::uintptr_t*;

  void push_back(std::uintptr_t address) {
    if (count_ < all_.size()) all_[count_++] = address;
  }
  void pop_back() { --count_; }
  void drop_first(std::size_t count) {
    std::copy(all_.begin() + count, all_.begin() + count_, all_.begin());
    count_ -= count;
  }
  std::uintptr_t back() const { return all_[count_ - 1]; }
  std::size_t size() const { return count_; }
  const_iterator begin() const { return all_.data(); }
  const_iterator end() const { return all_.data() + count_; }
  bool operator==(const Addresses& other) const { return std::equal(begin(), end(), other.begin(), other.end()); }

 private:
  std::array<std::uintptr_t, 256> all_{};
  std::size_t count_ = 0;
};

constexpr std::uint32_t kMost = 200;

Addresses walked(const CallPlace& place, std::uint32_t most = kMost) {
  std::array<std::uint64_t, kMost> frames;
  const std::uint32_t count = walk_stack(place, frames.data(), most);
  Addresses addresses;
  for (std::uint32_t i = 0; i < count; ++i) {
    EXPECT_EQ(wire::stack_frame_module(frames[i]), 5u);
    addresses.push_back(wire::stack_frame_address(frames[i]));
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
  expected.drop_first(2);                             // unwound() and ourselves
  if (expected.back() + 1 == 0) expected.pop_back();  // the caller of the outermost, which is nobody
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
  Addresses two;
  two.push_back(*all.begin());
  two.push_back(all.begin()[1]);
  EXPECT_EQ(walked(place, 2), two);
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
