// A program with its own malloc, free and operator new, all of them traced: what libc, the C++ library and the tracer
// itself ask of them, in threads, exceptions and at the end, is either the program's own call or none.
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <new>
#include <stdexcept>
#include <string>

namespace {

alignas(64) unsigned char heap[8 << 20];
size_t used;

size_t* size_of(void* block) { return reinterpret_cast<size_t*>(static_cast<unsigned char*>(block) - 16); }

}  // namespace

namespace heap_of_mine {

[[gnu::noinline]] void* take(size_t bytes, size_t alignment) {
  const size_t whole = ((bytes + 15) & ~size_t{15}) + 16 + (alignment > 16 ? alignment : 0);
  const size_t at = __atomic_fetch_add(&used, whole, __ATOMIC_RELAXED);
  if (at + whole > sizeof(heap)) return nullptr;
  auto start = reinterpret_cast<uintptr_t>(heap) + at + 16;
  if (alignment > 16) start = (start + alignment - 1) & ~(alignment - 1);
  void* block = reinterpret_cast<void*>(start);
  *size_of(block) = bytes;
  return block;
}

}  // namespace heap_of_mine

extern "C" {

void* malloc(size_t bytes) { return heap_of_mine::take(bytes, 16); }
void free(void*) {}
void* calloc(size_t count, size_t bytes) {
  void* block = heap_of_mine::take(count * bytes, 16);
  return block ? memset(block, 0, count * bytes) : block;
}
void* realloc(void* before, size_t bytes) {
  void* block = heap_of_mine::take(bytes, 16);
  if (block && before) memcpy(block, before, *size_of(before) < bytes ? *size_of(before) : bytes);
  return block;
}
void* memalign(size_t alignment, size_t bytes) { return heap_of_mine::take(bytes, alignment); }
void* aligned_alloc(size_t alignment, size_t bytes) { return heap_of_mine::take(bytes, alignment); }
int posix_memalign(void** to, size_t alignment, size_t bytes) {
  *to = heap_of_mine::take(bytes, alignment);
  return *to ? 0 : 12;
}

}  // extern "C"

void* operator new(size_t bytes) {
  if (void* block = heap_of_mine::take(bytes, 16)) return block;
  throw std::bad_alloc();
}
void operator delete(void*) noexcept {}
void operator delete(void*, size_t) noexcept {}

namespace {

[[gnu::noinline]] void work(int n) {
  std::string text(100 + static_cast<size_t>(n), 'x');
  int* number = new int(n);
  *number += static_cast<int>(text.size());
  delete number;
}

[[gnu::noinline]] void* thread_body(void*) {
  for (int i = 0; i < 20; ++i) work(i);
  return nullptr;
}

}  // namespace

int main() {
  for (int i = 0; i < 20; ++i) work(i);
  for (int i = 0; i < 8; ++i) {
    pthread_t thread;
    if (pthread_create(&thread, nullptr, thread_body, nullptr) != 0) return 1;
    pthread_join(thread, nullptr);
  }
  printf("%d\n", used > 10000);
  return 0;
}
