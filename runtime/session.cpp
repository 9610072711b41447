#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <fcntl.h>
#include <linux/mman.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#include "runtime/clock.h"
#include "runtime/message.h"
#include "runtime/process.h"
#include "runtime/session.h"
#include "runtime/settings.h"
#include "runtime/syscalls.h"
#include "runtime/text.h"

namespace glimpse::runtime {

namespace {

using wire::SessionHeader;

SessionHeader* map_session(int fd) {
  void* where = sys_mmap(nullptr, wire::kPageBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (mmap_failed(where)) return nullptr;
  sys_madvise(where, wire::kPageBytes, MADV_DONTDUMP);
  return static_cast<SessionHeader*>(where);
}

bool keep_path(const char* path) {
  const std::size_t length = text_length(path);
  if (length >= sizeof(process.session_path)) return false;
  copy_bytes(process.session_path, path, length + 1);
  return true;
}

// The session that `glimpse run` announced. Silent where it is gone: the tool has ended, and this program lives on.
bool join_session(const char* path) {
  PathText file;
  file.add(path).add("/").add(wire::kSessionFileName);
  const int fd = sys_open(file.text(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return false;
  char first_byte = 0;
  SessionHeader* header = sys_read(fd, &first_byte, 1) == 1 ? map_session(fd) : nullptr;
  sys_close(fd);
  if (header == nullptr || !keep_path(path)) return false;
  if (header->magic != wire::kSessionMagic || header->version != wire::kWireVersion) {
    say("the session is of another version of glimpse: ", path, 0);
    return false;
  }
  process.session = header;
  return true;
}

bool create_session_in(const char* folder, const Settings& settings) {
  PathText path;
  path.add(folder).add("/glimpse-").add_number(sys_geteuid()).add("-").add_number(process.pid).add("-");
  path.add_hex(read_ticks() & 0xffffffffff);
  if (path.cut() || sys_mkdir(path.text(), 0700) < 0) return false;
  PathText file;
  file.add(path.text()).add("/").add(wire::kSessionFileName);
  const int fd = sys_open(file.text(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  SessionHeader* header = nullptr;
  if (sys_ftruncate(fd, wire::kPageBytes) == 0) header = map_session(fd);
  sys_close(fd);
  if (header == nullptr) return false;
  const long populated = sys_madvise(header, wire::kPageBytes, MADV_POPULATE_WRITE);
  if ((populated < 0 && populated != -22) || !keep_path(path.text())) {
    sys_munmap(header, wire::kPageBytes);
    return false;
  }
  header->version = wire::kWireVersion;
  header->header_bytes = sizeof(SessionHeader);
  header->ring_bytes = settings.ring_bytes;
  header->max_field_bytes = settings.max_field_bytes;
  header->stack_frames = settings.stack_frames;
  header->patch_excluded = settings.patch_excluded ? 1 : 0;
  header->overflow = settings.overflow;
  header->snapshot_signal = settings.snapshot_signal;
  header->enqueue_timeout_ms = settings.enqueue_timeout_ms;
  header->max_rings = wire::kDefaultMaxRings;
  header->linked = 1;
  std::atomic_thread_fence(std::memory_order_release);
  header->magic = wire::kSessionMagic;
  process.session = header;
  return true;
}

bool create_session() {
  static Settings settings;
  read_settings(settings);
  if (!settings.enabled) return false;
  if (settings.spool_dir[0] != 0) {
    if (create_session_in(settings.spool_dir, settings)) return true;
    say("cannot record below GLIMPSE_SPOOL_DIR ", settings.spool_dir, 0);
    return false;
  }
  if (create_session_in("/dev/shm", settings)) return true;
  const char* temporary = environment_value("TMPDIR");
  if (temporary != nullptr && create_session_in(temporary, settings)) return true;
  if (create_session_in("/tmp", settings)) return true;
  say("no folder for rings: neither /dev/shm, $TMPDIR nor /tmp can be written", "", 0);
  return false;
}

}  // namespace

bool session_over() {
  return process.session->linked != 0 &&
         process.session->collector_state.load(std::memory_order_acquire) == wire::CollectorState::kGone;
}

bool open_session() {
  if (getauxval(AT_SECURE) != 0) return false;  // a set-user-ID program takes no orders from its environment
  if (const char* path = environment_value("GLIMPSE_SESSION")) {
    if (path[0] != 0) return join_session(path);
  }
  return create_session();
}

void discard_session() {
  if (process.session->linked == 0) return;
  PathText file;
  file.add(process.session_path).add("/").add(wire::kSessionFileName);
  sys_unlink(file.text());
  sys_rmdir(process.session_path);
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
