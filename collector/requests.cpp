#include "collector/requests.h"

#include "collector/futex.h"

namespace glimpse::collector {

Requests::Requests(wire::ProcessHeader& header) : header_(header) {}

std::optional<std::int64_t> Requests::until_ns() const {
  if (!pending_) return std::nullopt;
  return pending_->until_ns;
}

void Requests::tell(std::uint32_t flush, std::uint32_t snapshot) {
  header_.flush_done.store(flush, std::memory_order_release);
  header_.snapshot_done.store(snapshot, std::memory_order_release);
  wake(header_.flush_done);
  wake(header_.snapshot_done);
}

void Requests::answer() {
  if (!pending_) return;
  tell(pending_->flush, pending_->snapshot);
  pending_.reset();
}

void Requests::answer_all() {
  pending_.reset();
  tell(header_.flush_wanted.load(std::memory_order_acquire), header_.snapshot_wanted.load(std::memory_order_acquire));
}

}  // namespace glimpse::collector
