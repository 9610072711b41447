#include "collector/session.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>

#include "collector/futex.h"
#include "collector/process_view.h"
#include "writers/delivery/files.h"

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

// A folder's name tells which process made it.
bool maker_lives(const std::string& folder_name) {
  const auto maker = static_cast<pid_t>(std::strtol(folder_name.c_str() + folder_prefix().size(), nullptr, 10));
  return maker > 0 && (kill(maker, 0) == 0 || errno == EPERM);
}

bool is_session_file(const std::string& name) {
  return name == wire::kSessionFileName || name == wire::kMemoFileName || name.starts_with(wire::kPolicyFileName) ||
         name.starts_with(wire::kProcessFilePrefix) || name.starts_with(wire::kJournalFilePrefix) ||
         name.starts_with(wire::kTextFilePrefix) || writers::delivery::is_delivery_file(name);
}

// Never 0, which is none.
std::uint64_t random_seed() {
  std::uint64_t seed = 0;
  timespec now{};
  if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != sizeof seed && clock_gettime(CLOCK_REALTIME, &now) == 0) {
    seed = static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
    seed ^= static_cast<std::uint64_t>(getpid()) << 44;
  }
  return seed != 0 ? seed : 1;
}

wire::OverflowMode overflow_mode(Overflow overflow) {
  switch (overflow) {
    case Overflow::kDrop:
      return wire::OverflowMode::kDrop;
    case Overflow::kOverwrite:
    case Overflow::kFlight:
      return wire::OverflowMode::kOverwrite;
    default:
      return wire::OverflowMode::kBlock;
  }
}

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
    header.patch_excluded = settings.patch_excluded ? 1 : 0;
    header.snapshot_signal = static_cast<std::uint32_t>(settings.snapshot_signal);
    header.overflow = overflow_mode(settings.overflow);
    header.enqueue_timeout_ms = static_cast<std::uint32_t>(settings.enqueue_timeout.count());
    header.max_rings = wire::kDefaultMaxRings;
    header.linked = 0;
    header.trace_seed = random_seed();
    header.collector_pid.store(static_cast<std::uint32_t>(getpid()), std::memory_order_relaxed);
    header.collector_state.store(wire::CollectorState::kRunning, std::memory_order_release);
    header.magic = wire::kSessionMagic;
    return std::unique_ptr<Session>(new Session(*folder, &header));
  }
  return last;
}

Result<std::unique_ptr<Session>> Session::open(const std::string& folder) {
  auto page = map_page(folder + "/" + wire::kSessionFileName, 0);
  if (!page) return page.error();
  wire::SessionHeader& header = **page;
  if (header.magic != wire::kSessionMagic || header.version != wire::kWireVersion) {
    munmap(&header, wire::kPageBytes);
    return Error{fmt::format("{}: not a session of this version of glimpse", folder)};
  }
  return std::unique_ptr<Session>(new Session(folder, &header));
}

Result<std::unique_ptr<Session>> Session::adopt(const std::string& folder) {
  auto session = open(folder);
  if (!session) return session;
  if (!(*session)->lock()) return Error{fmt::format("{}: its collector is at work", folder)};
  wire::SessionHeader& header = (*session)->header();
  if (header.trace_seed == 0) header.trace_seed = random_seed();
  header.collector_pid.store(static_cast<std::uint32_t>(getpid()), std::memory_order_relaxed);
  header.collector_state.store(wire::CollectorState::kRunning, std::memory_order_release);
  return session;
}

Session::~Session() {
  unlock();
  munmap(header_, wire::kPageBytes);
}

static_assert(sizeof(pthread_mutex_t) <=
              sizeof(wire::SessionHeader::collector_life) + sizeof(wire::SessionHeader::rest_of_collector_life));

Session::Life::Life(wire::SessionHeader& header) : mutex_(reinterpret_cast<pthread_mutex_t*>(&header.collector_life)) {
  pthread_mutexattr_t shared;
  pthread_mutexattr_init(&shared);
  pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
  pthread_mutexattr_setrobust(&shared, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(mutex_, &shared);  // whoever held it before us is dead
  pthread_mutexattr_destroy(&shared);
  pthread_mutex_lock(mutex_);
  header.death_told.store(0, std::memory_order_relaxed);
}

Session::Life::~Life() { pthread_mutex_unlock(mutex_); }

bool Session::lock() {
  lock_fd_ = ::open((folder_ + "/" + wire::kSessionFileName).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (lock_fd_ < 0 || flock(lock_fd_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return true;
  unlock();
  return false;
}

void Session::unlock() {
  if (lock_fd_ >= 0) close(lock_fd_);
  lock_fd_ = -1;
}

std::vector<std::string> Session::text_files() const {
  std::vector<std::string> found;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder_, ignored)) {
    if (entry.path().filename().string().starts_with(wire::kTextFilePrefix)) found.push_back(entry.path());
  }
  return found;
}

bool Session::has_queue() const {
  std::error_code ignored;
  const auto files = fs::directory_iterator(folder_, ignored);
  return std::any_of(begin(files), end(files), [](const fs::directory_entry& entry) {
    return entry.path().filename().string().starts_with(writers::delivery::kQueueFilePrefix);
  });
}

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
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder_, ignored)) {
    if (is_session_file(entry.path().filename())) files.push_back(entry.path());
  }
  // The session's own page goes last: a folder without it is no session, and nobody would come for the rest.
  std::ranges::partition(files, [](const fs::path& file) { return file.filename() != wire::kSessionFileName; });
  for (const fs::path& file : files) fs::remove(file, ignored);
  fs::remove(folder_, ignored);
}

namespace {

std::vector<pid_t> programs_of(const std::string& folder) {
  std::vector<pid_t> pids;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (!entry.path().filename().string().starts_with(wire::kProcessFilePrefix)) continue;
    if (const auto view = ProcessView::open(entry.path())) pids.push_back(static_cast<pid_t>((*view)->header().pid));
  }
  return pids;
}

SessionGlance glance_at(const std::string& folder, const wire::SessionHeader& header) {
  SessionGlance glance;
  glance.folder = folder;
  const auto collector = static_cast<pid_t>(header.collector_pid.load());
  const wire::CollectorState state = header.collector_state.load();
  const bool alive =
      state == wire::CollectorState::kRunning && collector > 0 && (kill(collector, 0) == 0 || errno == EPERM);
  const bool starting = state == wire::CollectorState::kNone && maker_lives(fs::path(folder).filename());
  glance.state = alive      ? SessionGlance::State::kRunning
                 : starting ? SessionGlance::State::kStarting
                            : SessionGlance::State::kAbandoned;
  if (alive) glance.collector = collector;
  return glance;
}

// The folders of this user's sessions, each with its page.
template <typename Visit>
void each_session(const std::string& spool, Visit visit) {
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
      visit(glance_at(path, **page));
      munmap(*page, wire::kPageBytes);
    }
  }
}

}  // namespace

std::vector<SessionGlance> sessions(const std::string& spool) {
  std::vector<SessionGlance> found;
  each_session(spool, [&](SessionGlance glance) {
    glance.programs = programs_of(glance.folder);
    found.push_back(std::move(glance));
  });
  return found;
}

std::vector<std::string> abandoned_sessions(const std::string& spool) {
  std::vector<std::string> found;
  each_session(spool, [&](const SessionGlance& glance) {
    if (glance.state == SessionGlance::State::kAbandoned) found.push_back(glance.folder);
  });
  return found;
}

}  // namespace glimpse::collector
