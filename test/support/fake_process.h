// The file of a traced process as its runtime would write it, made by a test.
//
//   FakeProcess process(path, {.pid = 77});
//   const FunctionId run = process.add_function(0x1000);       // of no module: `unknown+0x1000`
//   FakeRing main = process.claim_ring(/*tid=*/77, "main");
//   main.start(run, ticks).end(run, ticks + 5);
//
// The clock is CLOCK_MONOTONIC unless asked otherwise: one tick is one nanosecond, and the time of day is
// kStartRealtime_ns + (ticks - kStartTicks). Failure: throws std::runtime_error, as a test cannot go on without the
// file.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

#include "glimpse/wire/process_file.h"
#include "test/support/fake_ring.h"

namespace glimpse::wire {

struct FakeProcessOptions {
  std::uint32_t pid = 4242;
  std::uint32_t ppid = 41;
  std::uint64_t ring_bytes = kMinRingBytes;
  std::uint32_t max_rings = 4;
  ClockKind clock = ClockKind::kMonotonic;
  std::uint32_t linked = 0;
  std::string_view executable = "/opt/shop/till";
  std::string_view cwd = "/srv";
  std::string_view command{"till\0--open\0", 12};
};

class FakeProcess {
 public:
  static constexpr std::uint64_t kStartTicks = 5'000'000'000;
  static constexpr std::int64_t kStartMonotonic_ns = 5'000'000'000;
  static constexpr std::int64_t kStartRealtime_ns = 1'000'000'000'000'000'000;  // 2001-09-09T01:46:40Z

  explicit FakeProcess(const std::string& path, const FakeProcessOptions& options = {}) : path_(path) {
    bytes_ = ring_offset(options.ring_bytes, options.max_rings);
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 || ::ftruncate(fd, static_cast<off_t>(bytes_)) != 0) throw std::runtime_error("cannot make " + path);
    void* where = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
    ::close(fd);
    if (where == MAP_FAILED) throw std::runtime_error("cannot map " + path);
    base_ = static_cast<std::uint8_t*>(where);
    fill(options);
  }
  ~FakeProcess() { ::munmap(base_, bytes_); }
  FakeProcess(const FakeProcess&) = delete;
  FakeProcess& operator=(const FakeProcess&) = delete;

  const std::string& path() const { return path_; }
  ProcessHeader& header() { return *reinterpret_cast<ProcessHeader*>(base_); }
  RingHeader& ring(std::uint32_t index) {
    return *reinterpret_cast<RingHeader*>(base_ + ring_offset(header().ring_bytes, index));
  }
  FunctionEntry& function(FunctionId id) { return reinterpret_cast<FunctionEntry*>(base_ + kFunctionsOffset)[id]; }
  Decision decision(FunctionId id) const { return static_cast<Decision>(base_[kDecisionsOffset + id]); }

  // The number a function gives to say that it lies in this module.
  std::uint32_t add_module(std::string_view path, std::uint64_t bias) {
    const std::uint32_t index = header().module_count.load();
    ModuleEntry& entry = reinterpret_cast<ModuleEntry*>(base_ + kModulesOffset)[index];
    entry.start = bias;
    entry.end = ~std::uint64_t{0};
    entry.bias = bias;
    entry.path_bytes = static_cast<std::uint32_t>(path.size());
    std::memcpy(entry.path, path.data(), path.size());
    entry.ready.store(1, std::memory_order_release);
    header().module_count.store(index + 1, std::memory_order_release);
    return index + 1;
  }

  FunctionId add_function(std::uint64_t address, std::uint32_t module = kNoModule) {
    const FunctionId id = header().function_count.load() + 1;
    function(id).address = address;
    function(id).module.store(module, std::memory_order_release);
    header().function_count.store(id, std::memory_order_release);
    return id;
  }

  // The ring of a new thread, or of a handler of it: the first free one, as the runtime takes it.
  FakeRing claim_ring(std::uint32_t tid, std::string_view name, std::uint32_t lane = 0) {
    std::uint32_t index = 0;
    while (index < header().ring_count.load() && ring(index).state.load() != RingState::kFree) ++index;
    if (index == header().max_rings) throw std::runtime_error("no ring is free");
    RingHeader& taken = ring(index);
    taken.tid = tid;
    taken.lane = lane;
    taken.pid = header().pid;
    taken.lost_starts.store(0);
    taken.lost_ends.store(0);
    taken.told_starts.store(0);
    std::memset(taken.name, 0, sizeof(taken.name));
    std::memcpy(taken.name, name.data(), name.size());
    taken.state.store(RingState::kActive, std::memory_order_release);
    if (index == header().ring_count.load()) header().ring_count.store(index + 1, std::memory_order_release);
    return FakeRing(taken, reinterpret_cast<std::uint64_t*>(reinterpret_cast<std::uint8_t*>(&taken) + kPageBytes),
                    header().ring_bytes / sizeof(std::uint64_t));
  }

  void exiting(int status) {
    header().exit_status.store(status);
    header().state.store(ProcessState::kExiting, std::memory_order_release);
  }

 private:
  void fill(const FakeProcessOptions& options) {
    ProcessHeader& h = header();
    h.magic = kProcessMagic;
    h.version = kWireVersion;
    h.header_bytes = sizeof(ProcessHeader);
    h.file_bytes = bytes_;
    h.ring_bytes = options.ring_bytes;
    h.max_rings = options.max_rings;
    h.pid = options.pid;
    h.ppid = options.ppid;
    h.clock = options.clock;
    h.start_ticks = kStartTicks;
    h.start_monotonic_ns = kStartMonotonic_ns;
    h.start_realtime_ns = kStartRealtime_ns;
    h.linked = options.linked;
    h.exit_status.store(-1);
    h.depth_limit.store(kUnlimitedDepth);
    h.policy_depth.store(kUnlimitedDepth);
    h.recording.store(1);
    h.state.store(ProcessState::kRunning);
    char* identity = reinterpret_cast<char*>(base_ + kIdentityOffset);
    for (const std::string_view text : {options.executable, options.cwd, options.command}) {
      identity = std::copy(text.begin(), text.end(), identity);
    }
    h.executable_bytes = static_cast<std::uint32_t>(options.executable.size());
    h.cwd_bytes = static_cast<std::uint32_t>(options.cwd.size());
    h.command_bytes = static_cast<std::uint32_t>(options.command.size());
  }

  std::string path_;
  std::uint64_t bytes_ = 0;
  std::uint8_t* base_ = nullptr;
};

}  // namespace glimpse::wire
