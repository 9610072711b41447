#include "collector/process_view.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

#include "glimpse/wire/control.h"

namespace glimpse::collector {

Result<std::unique_ptr<ProcessView>> ProcessView::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return Error{fmt::format("{}: {}", path, std::strerror(errno))};
  std::unique_ptr<ProcessView> view(new ProcessView);
  view->path_ = path;
  wire::ProcessHeader const* header = nullptr;
  alignas(wire::ProcessHeader) char first_page[wire::kPageBytes];
  struct stat status{};
  if (fstat(fd, &status) == 0 &&
      pread(fd, first_page, sizeof(first_page), 0) == static_cast<ssize_t>(sizeof(first_page))) {
    header = reinterpret_cast<const wire::ProcessHeader*>(first_page);
  }
  if (header == nullptr || header->magic != wire::kProcessMagic) {
    close(fd);
    return Error{fmt::format("{}: not a process file of glimpse", path)};
  }
  if (header->version != wire::kWireVersion) {
    const auto version = header->version;
    close(fd);
    return Error{fmt::format("{}: written by another version (format {}, this one reads {})", path, version,
                             wire::kWireVersion)};
  }
  const bool sound =
      std::has_single_bit(header->ring_bytes) && header->ring_bytes >= wire::kMinRingBytes &&
      header->ring_bytes <= wire::kMaxRingBytes && header->max_rings > 0 &&
      header->max_rings <= wire::kDefaultMaxRings &&
      header->file_bytes == wire::ring_offset(header->ring_bytes, header->max_rings) &&
      static_cast<std::uint64_t>(status.st_size) >= header->file_bytes &&
      std::uint64_t{header->executable_bytes} + header->cwd_bytes + header->command_bytes <= wire::kIdentityBytes;
  if (!sound) {
    close(fd);
    return Error{fmt::format("{}: damaged", path)};
  }
  view->ring_bytes_ = header->ring_bytes;
  view->max_rings_ = header->max_rings;
  view->mapped_bytes_ = header->file_bytes;
  void* where = mmap(nullptr, view->mapped_bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
  const int map_error = errno;
  close(fd);
  if (where == MAP_FAILED) return Error{fmt::format("{}: {}", path, std::strerror(map_error))};
  madvise(where, view->mapped_bytes_, MADV_DONTDUMP);
  view->base_ = static_cast<std::uint8_t*>(where);
  view->header_ = reinterpret_cast<wire::ProcessHeader*>(view->base_);
  const char* identity = reinterpret_cast<const char*>(view->base_ + wire::kIdentityOffset);
  view->executable_.assign(identity, header->executable_bytes);
  view->cwd_.assign(identity + header->executable_bytes, header->cwd_bytes);
  view->command_.assign(identity + header->executable_bytes + header->cwd_bytes, header->command_bytes);
  return view;
}

ProcessView::~ProcessView() {
  if (base_ != nullptr) munmap(base_, mapped_bytes_);
}

std::uint32_t ProcessView::function_count() const {
  return std::min(header_->function_count.load(std::memory_order_acquire), wire::kMaxFunctions - 1);
}

const wire::FunctionEntry& ProcessView::function(std::uint32_t id) const {
  return reinterpret_cast<const wire::FunctionEntry*>(base_ + wire::kFunctionsOffset)[id];
}

void ProcessView::decide(std::uint32_t id, wire::Decision decision) {
  auto* decisions = reinterpret_cast<std::atomic<wire::Decision>*>(base_ + wire::kDecisionsOffset);
  decisions[id].store(decision, std::memory_order_relaxed);
}

const wire::ModuleEntry* ProcessView::module(std::uint32_t number) const {
  if (number == 0 || number > wire::kMaxModules) return nullptr;
  const auto& entry = reinterpret_cast<const wire::ModuleEntry*>(base_ + wire::kModulesOffset)[number - 1];
  return entry.ready.load(std::memory_order_acquire) != 0 ? &entry : nullptr;
}

std::uint32_t ProcessView::ring_count() const {
  return std::min(header_->ring_count.load(std::memory_order_acquire), max_rings_);
}

wire::RingHeader& ProcessView::ring(std::uint32_t index) {
  return *reinterpret_cast<wire::RingHeader*>(base_ + wire::ring_offset(ring_bytes_, index));
}

void ProcessView::settle_depth_limit() {
  wire::settle_depth_limit(*header_, max_rings_, [this](std::uint32_t i) -> wire::RingHeader& { return ring(i); });
}

void ProcessView::set_policy_depth(std::uint32_t depth) {
  header_->policy_depth.store(depth, std::memory_order_seq_cst);
  settle_depth_limit();
}

void ProcessView::set_recording(bool on) {
  header_->recording.store(on ? 1 : 0, std::memory_order_seq_cst);
  settle_depth_limit();
}

const std::uint64_t* ProcessView::ring_words(std::uint32_t index) const {
  return reinterpret_cast<const std::uint64_t*>(base_ + wire::ring_offset(ring_bytes_, index) + wire::kPageBytes);
}

}  // namespace glimpse::collector
