#include "collector/session.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "collector/futex.h"

namespace glimpse::collector {

namespace fs = std::filesystem;

namespace {

std::string folder_prefix() { return fmt::format("glimpse-{}-", geteuid()); }

std::vector<std::string> places(const std::string& spool) {
  if (!spool.empty()) return {spool};
  std::vector<std::string> all{"/dev/shm"};
  if (const char* temporary = std::getenv("TMPDIR"); temporary != nullptr && *temporary != 0)
    all.emplace_back(temporary);
  all.emplace_back("/tmp");
  return all;
}

Result<wire::SessionHeader*> map_page(const std::string& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return Error{fmt::format("{}: {}", path, std::strerror(errno))};
  struct stat status{};
  const bool create = (flags & O_CREAT) != 0;
  // Memory now rather than a SIGBUS later: a full tmpfs shows here.
  const int error = create ? posix_fallocate(fd, 0, wire::kPageBytes) : (fstat(fd, &status) != 0 ? errno : 0);
  if (error != 0 || (!create && status.st_size < static_cast<off_t>(wire::kPageBytes))) {
    close(fd);
    return Error{fmt::format("{}: {}", path, error != 0 ? std::strerror(error) : "too short for a session")};
  }
  void* where = mmap(nullptr, wire::kPageBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (where == MAP_FAILED) return Error{fmt::format("{}: {}", path, std::strerror(errno))};
  return static_cast<wire::SessionHeader*>(where);
}

Result<std::string> make_folder(const std::string& place) {
  for (int tries = 0; tries < 16; ++tries) {
    std::uint64_t random = 0;
    if (getrandom(&random, sizeof(random), 0) < 0) random = static_cast<std::uint64_t>(tries);
    const std::string folder = fmt::format("{}/{}{}-{:x}", place, folder_prefix(), getpid(), random & 0xffffffffff);
    if (mkdir(folder.c_str(), 0700) == 0) return folder;
    if (errno != EEXIST) break;
  }
  return Error{fmt::format("cannot create a folder for rings in {}: {}", place, std::strerror(errno))};
}

bool is_process_file(const std::string& name) { return name.rfind(wire::kProcessFilePrefix, 0) == 0; }

}  // namespace

Result<std::unique_ptr<Session>> Session::create(const std::string& spool, const Settings& settings) {
  Error last{"no place for rings"};
  for (const std::string& place : places(spool)) {
    auto folder = make_folder(place);
    if (!folder) {
      last = folder.error();
      continue;
    }
    auto page = map_page(*folder + "/" + wire::kSessionFileName, O_CREAT | O_EXCL);
    if (!page) {
      last = page.error();
      rmdir(folder->c_str());
      continue;
    }
    wire::SessionHeader& header = **page;
    header.version = wire::kWireVersion;
    header.header_bytes = sizeof(wire::SessionHeader);
    header.ring_bytes = settings.ring_bytes;
    header.max_field_bytes = settings.max_field_length;
    header.stack_frames = settings.stack_frames;
    header.overflow = settings.overflow == Overflow::kDrop ? wire::OverflowMode::kDrop : wire::OverflowMode::kBlock;
    header.enqueue_timeout_ms = static_cast<std::uint32_t>(settings.enqueue_timeout.count());
    header.max_rings = wire::kDefaultMaxRings;
    header.linked = 0;
    header.collector_pid.store(static_cast<std::uint32_t>(getpid()), std::memory_order_relaxed);
    header.collector_state.store(wire::CollectorState::kRunning, std::memory_order_release);
    header.magic = wire::kSessionMagic;
    return std::unique_ptr<Session>(new Session(*folder, &header));
  }
  return last;
}

Result<std::unique_ptr<Session>> Session::adopt(const std::string& folder) {
  auto page = map_page(folder + "/" + wire::kSessionFileName, 0);
  if (!page) return page.error();
  wire::SessionHeader& header = **page;
  if (header.magic != wire::kSessionMagic || header.version != wire::kWireVersion) {
    munmap(&header, wire::kPageBytes);
    return Error{fmt::format("{}: not a session of this version of glimpse", folder)};
  }
  header.collector_pid.store(static_cast<std::uint32_t>(getpid()), std::memory_order_relaxed);
  header.collector_state.store(wire::CollectorState::kRunning, std::memory_order_release);
  return std::unique_ptr<Session>(new Session(folder, &header));
}

Session::~Session() { munmap(header_, wire::kPageBytes); }

std::string Session::process_path(std::uint32_t number) const {
  return fmt::format("{}/{}{}", folder_, wire::kProcessFilePrefix, number);
}

void Session::wait(std::uint32_t seen, std::chrono::nanoseconds timeout) {
  header_->collector_waiting.store(1, std::memory_order_seq_cst);
  wait_for_change(header_->bell, seen, timeout);
  header_->collector_waiting.store(0, std::memory_order_seq_cst);
}

void Session::ring_bell() {
  header_->bell.fetch_add(1, std::memory_order_seq_cst);
  wake(header_->bell);
}

void Session::remove() {
  std::error_code ignored;  // what cannot be removed is found by abandoned_sessions() later
  for (const auto& entry : fs::directory_iterator(folder_, ignored)) {
    const std::string name = entry.path().filename();
    if (name == wire::kSessionFileName || is_process_file(name)) fs::remove(entry.path(), ignored);
  }
  fs::remove(folder_, ignored);
}

std::vector<std::string> abandoned_sessions(const std::string& spool) {
  std::vector<std::string> found;
  for (const std::string& place : places(spool)) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(place, error)) {
      const std::string path = entry.path();
      struct stat status{};
      if (entry.path().filename().string().rfind(folder_prefix(), 0) != 0 || lstat(path.c_str(), &status) != 0 ||
          !S_ISDIR(status.st_mode) || status.st_uid != geteuid()) {
        continue;
      }
      auto page = map_page(path + "/" + wire::kSessionFileName, 0);
      if (!page) continue;
      const auto collector = static_cast<pid_t>((*page)->collector_pid.load());
      const bool alive = (*page)->collector_state.load() == wire::CollectorState::kRunning && collector > 0 &&
                         (kill(collector, 0) == 0 || errno == EPERM);
      const bool starting = (*page)->collector_state.load() == wire::CollectorState::kNone;
      munmap(*page, wire::kPageBytes);
      if (!alive && !starting) found.push_back(path);
    }
  }
  return found;
}

}  // namespace glimpse::collector
