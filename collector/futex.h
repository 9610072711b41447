// Sleeping on, and waking, a word that other processes share. futex(2).
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace glimpse::collector {

// Sleeps until `word` is no longer `seen`, somebody wakes it, or the time is over.
void wait_for_change(const std::atomic<std::uint32_t>& word, std::uint32_t seen, std::chrono::nanoseconds timeout);

// Wakes everybody who sleeps on it.
void wake(const std::atomic<std::uint32_t>& word);

}  // namespace glimpse::collector
