#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <signal.h>

#include "runtime/control.h"
#include "runtime/errno_keeper.h"
#include "runtime/process.h"
#include "runtime/snapshot_signal.h"

namespace glimpse::runtime {

namespace {

void on_snapshot_signal(int) {
  const ErrnoKeeper keeper;
  snapshot();
}

}  // namespace

void install_snapshot_signal() {
  const auto signal = static_cast<int>(process.session->snapshot_signal);
  if (signal == 0 || process.session->overflow != wire::OverflowMode::kOverwrite) return;
  struct sigaction before{};
  if (sigaction(signal, nullptr, &before) != 0 || before.sa_handler != SIG_DFL) return;
  struct sigaction action{};
  action.sa_handler = &on_snapshot_signal;
  action.sa_flags = SA_RESTART | SA_ONSTACK;
  sigaction(signal, &action, nullptr);
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
