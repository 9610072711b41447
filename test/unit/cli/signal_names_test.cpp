#include "cli/signal_names.h"

#include <gtest/gtest.h>
#include <signal.h>

namespace glimpse::cli {
namespace {

TEST(SignalNames, AreThoseOfSignalH) {
  EXPECT_EQ(signal_name(SIGKILL), "SIGKILL");
  EXPECT_EQ(signal_name(SIGSEGV), "SIGSEGV");
  EXPECT_EQ(signal_name(SIGUSR2), "SIGUSR2");
}

TEST(SignalNames, RealTimeSignalsCountFromTheFirst) {
  EXPECT_EQ(signal_name(SIGRTMIN), "SIGRTMIN");
  EXPECT_EQ(signal_name(SIGRTMIN + 2), "SIGRTMIN+2");
}

TEST(SignalNames, ANumberThatIsNoneStaysANumber) {
  EXPECT_EQ(signal_name(0), "signal 0");
  EXPECT_EQ(signal_name(99), "signal 99");
}

}  // namespace
}  // namespace glimpse::cli
