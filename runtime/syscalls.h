// Linux system calls without libc: nothing here touches errno, allocates, or can be the program's own function.
//
// Each returns what the kernel does: a result, or -errno.
// Threads and signals: safe anywhere.
#pragma once

#include <asm/unistd.h>
#include <linux/futex.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

namespace glimpse::runtime {

inline long raw_syscall(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) {
#if defined(__x86_64__)
  long result;
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  register long r9 asm("r9") = f;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return result;
#else
#error "glimpse's runtime knows x86-64 only, so far"
#endif
}

inline long as_long(const void* pointer) { return reinterpret_cast<long>(pointer); }

inline int sys_open(const char* path, int flags, unsigned mode = 0) {
  return static_cast<int>(raw_syscall(__NR_open, as_long(path), flags, mode));
}
inline long sys_close(int fd) { return raw_syscall(__NR_close, fd); }
inline long sys_read(int fd, void* to, size_t bytes) {
  return raw_syscall(__NR_read, fd, as_long(to), static_cast<long>(bytes));
}
inline long sys_write(int fd, const void* from, size_t bytes) {
  return raw_syscall(__NR_write, fd, as_long(from), static_cast<long>(bytes));
}
inline long sys_ftruncate(int fd, uint64_t bytes) { return raw_syscall(__NR_ftruncate, fd, static_cast<long>(bytes)); }
inline long sys_rename(const char* from, const char* to) {
  return raw_syscall(__NR_rename, as_long(from), as_long(to));
}
inline long sys_unlink(const char* path) { return raw_syscall(__NR_unlink, as_long(path)); }
inline long sys_rmdir(const char* path) { return raw_syscall(__NR_rmdir, as_long(path)); }
inline long sys_mkdir(const char* path, unsigned mode) { return raw_syscall(__NR_mkdir, as_long(path), mode); }
inline long sys_readlink(const char* path, char* to, size_t bytes) {
  return raw_syscall(__NR_readlink, as_long(path), as_long(to), static_cast<long>(bytes));
}
inline long sys_stat(const char* path, struct stat* to) { return raw_syscall(__NR_stat, as_long(path), as_long(to)); }
inline long sys_getcwd(char* to, size_t bytes) {
  return raw_syscall(__NR_getcwd, as_long(to), static_cast<long>(bytes));
}
inline uint32_t sys_getpid() { return static_cast<uint32_t>(raw_syscall(__NR_getpid)); }
inline uint32_t sys_getppid() { return static_cast<uint32_t>(raw_syscall(__NR_getppid)); }
inline uint32_t sys_gettid() { return static_cast<uint32_t>(raw_syscall(__NR_gettid)); }
inline uint32_t sys_geteuid() { return static_cast<uint32_t>(raw_syscall(__NR_geteuid)); }
inline void* sys_mmap(void* where, uint64_t bytes, int protection, int flags, int fd, uint64_t offset) {
  return reinterpret_cast<void*>(raw_syscall(__NR_mmap, as_long(where), static_cast<long>(bytes), protection, flags, fd,
                                             static_cast<long>(offset)));
}
inline bool mmap_failed(const void* where) {
  return reinterpret_cast<uintptr_t>(where) >= static_cast<uintptr_t>(-4095);
}
inline long sys_munmap(void* where, uint64_t bytes) {
  return raw_syscall(__NR_munmap, as_long(where), static_cast<long>(bytes));
}
inline long sys_mprotect(void* where, uint64_t bytes, int protection) {
  return raw_syscall(__NR_mprotect, as_long(where), static_cast<long>(bytes), protection);
}
inline long sys_madvise(void* where, uint64_t bytes, int advice) {
  return raw_syscall(__NR_madvise, as_long(where), static_cast<long>(bytes), advice);
}
inline long sys_prctl(int what, void* argument) { return raw_syscall(__NR_prctl, what, as_long(argument)); }
inline long sys_clock_gettime(int clock, timespec* to) { return raw_syscall(__NR_clock_gettime, clock, as_long(to)); }

// Sleeps until *word changes from `seen`, `timeout_ns` passed, or a signal came.
inline long sys_futex_wait(const void* word, uint32_t seen, uint64_t timeout_ns) {
  timespec timeout{static_cast<time_t>(timeout_ns / 1'000'000'000), static_cast<long>(timeout_ns % 1'000'000'000)};
  return raw_syscall(__NR_futex, as_long(word), FUTEX_WAIT, static_cast<long>(seen), as_long(&timeout));
}
inline long sys_futex_wake(const void* word) { return raw_syscall(__NR_futex, as_long(word), FUTEX_WAKE, 0x7fffffff); }

}  // namespace glimpse::runtime
