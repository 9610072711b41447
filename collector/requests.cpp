#include "collector/requests.h"

#include "collector/futex.h"

namespace glimpse::collector {

Requests::Requests(wire::ProcessHeader& header) : header_(header) {}

std::optional<std::int64_t> Requests::until_ns() const {
  if (!pending_) return std::nullopt;
  return pending_->until_ns;
}

void Requests::answer() {
  if (!pending_) return;
  header_.flush_done.store(pending_->wanted, std::memory_order_release);
  wake(header_.flush_done);
  pending_.reset();
}

void Requests::answer_all() {
  pending_.reset();
  header_.flush_done.store(header_.flush_wanted.load(std::memory_order_acquire), std::memory_order_release);
  wake(header_.flush_done);
}

}  // namespace glimpse::collector
