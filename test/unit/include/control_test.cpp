#include "glimpse/control.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "glimpse/crash.h"
#include "test/unit/include/fake_api.h"

namespace glimpse {
namespace {

using test::told;
using Lines = std::vector<std::string>;

TEST(Control, PassesOnAndSaysWhatBecameOfIt) {
  test::restart();
  EXPECT_TRUE(start());
  EXPECT_TRUE(stop().ok());
  EXPECT_TRUE(flush(std::chrono::seconds(2)).ok());
  EXPECT_TRUE(shutdown(std::chrono::milliseconds(-1)).ok());
  const Outcome counts = stats();
  EXPECT_EQ(counts.accepted(), 30u);
  EXPECT_EQ(counts.queued(), 20u);
  EXPECT_EQ(counts.dropped(), 10u);
  EXPECT_EQ(counts.error(), ControlError::kNone);
  EXPECT_TRUE(snapshot().ok());
  EXPECT_TRUE(is_healthy());
  EXPECT_TRUE(enabled());
  EXPECT_EQ(told(), (Lines{"start", "stop", "flush 2000", "shutdown 0", "stats", "snapshot"}));
  test::restart(false);
  EXPECT_FALSE(enabled());
}

TEST(Control, WithoutTheLibrarySaysSo) {
  glimpse_api* const api = glimpse_program_api;
  glimpse_program_api = nullptr;
  EXPECT_FALSE(start());
  EXPECT_EQ(flush().error(), ControlError::kNotLoaded);
  EXPECT_STREQ(snapshot().message(), "libglimpse is not in this process");
  EXPECT_FALSE(is_healthy());
  EXPECT_FALSE(enabled());
  glimpse_program_api = api;
}

TEST(Control, AnOlderLibraryHasLess) {
  const std::uint32_t bytes = glimpse_api_v1.bytes;
  glimpse_api_v1.bytes = offsetof(glimpse_api, stats);
  EXPECT_TRUE(start());
  EXPECT_EQ(stats().error(), ControlError::kNotLoaded);
  EXPECT_EQ(snapshot().error(), ControlError::kNotLoaded);
  glimpse_api_v1.bytes = bytes;
}

TEST(Control, WhatIsSlowTakesASnapshot) {
  test::restart();
  {
    SnapshotIfSlow limit{std::chrono::hours(1)};
  }
  EXPECT_EQ(told(), Lines{});
  {
    SnapshotIfSlow limit{std::chrono::microseconds(1)};
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(told(), (Lines{"snapshot"}));
}

TEST(CrashHook, IsInstalledOnceAndTakenBack) {
  const std::terminate_handler before = std::get_terminate();
  EXPECT_FALSE(is_installed());
  EXPECT_TRUE(install_hook());
  EXPECT_TRUE(install_hook());
  EXPECT_TRUE(is_installed());
  EXPECT_NE(std::get_terminate(), before);
  uninstall_hook();
  EXPECT_FALSE(is_installed());
  EXPECT_EQ(std::get_terminate(), before);
  test::restart();
  EXPECT_TRUE(install_hook(Hook::kSignals));
  uninstall_hook();
  EXPECT_EQ(told(), (Lines{"install_signal_hook", "uninstall_signal_hook"}));
}

void uncaught() {
  std::set_terminate([] {
    for (const std::string& line : told()) std::fprintf(stderr, "%s\n", line.c_str());
    std::fprintf(stderr, "the previous one\n");
    std::_Exit(7);
  });
  install_hook();
  test::restart();
  const Endpoint endpoint("GET /orders");
  // Nobody catches it: gtest would, on its own thread.
  std::thread([] {
    const Endpoint inner("nightly");
    throw std::runtime_error("broken");
  }).join();
}

TEST(CrashHook, SaysWhatNobodyCaughtAndCallsThePreviousOne) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_EXIT(uncaught(), testing::ExitedWithCode(7),
              "log 4 uncaught exception type=std::runtime_error what=broken stack endpoint=nightly\nflush 2000\n"
              "the previous one");
}

}  // namespace
}  // namespace glimpse
