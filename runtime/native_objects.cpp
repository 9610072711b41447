#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <dlfcn.h>
#include <link.h>
#include <linux/mman.h>
#include <sys/mman.h>

#include <atomic>

#include "glimpse/wire/native.h"
#include "glimpse/wire/ring.h"
#include "runtime/confinement.h"
#include "runtime/hot/native_hooks.h"
#include "runtime/message.h"
#include "runtime/native.h"
#include "runtime/native_objects.h"
#include "runtime/syscalls.h"

namespace glimpse::runtime {

namespace {

using Word = std::atomic<std::uint32_t>;

// One page, and the words of its object behind it. Never unmapped: who walks the list needs no lock.
struct AttachedObject {
  AttachedObject* next;
  std::uint64_t capacity;                        // words
  std::atomic<wire::FunctionDescriptor*> first;  // null: free for another object
  wire::FunctionDescriptor* last;
  // As the dynamic linker had it loaded.
  std::uintptr_t start;
  std::uintptr_t end;
  std::uintptr_t bias;

  Word* words() { return reinterpret_cast<Word*>(reinterpret_cast<std::uint8_t*>(this) + wire::kPageBytes); }
};
static_assert(sizeof(AttachedObject) <= wire::kPageBytes);

constinit std::atomic<AttachedObject*> attached_objects{nullptr};

// For an object that is being filled in; no descriptor has this address.
wire::FunctionDescriptor* taken() { return reinterpret_cast<wire::FunctionDescriptor*>(1); }
bool in_use(const wire::FunctionDescriptor* first) { return first != nullptr && first != taken(); }

struct LoadedAt {  // an aggregate without initialisers: Clang would hook the constructor that those need
  std::uintptr_t start;
  std::uintptr_t end;
  std::uintptr_t bias;
};

LoadedAt loaded_at(const void* address) {
  dl_find_object found{};
  if (_dl_find_object(const_cast<void*>(address), &found) != 0) return {};
  LoadedAt at{};
  at.start = reinterpret_cast<std::uintptr_t>(found.dlfo_map_start);
  at.end = reinterpret_cast<std::uintptr_t>(found.dlfo_map_end);
  at.bias = found.dlfo_link_map != nullptr ? found.dlfo_link_map->l_addr : 0;
  return at;
}

AttachedObject* reuse(std::uint64_t words) {
  for (AttachedObject* object = attached_objects.load(std::memory_order_acquire); object != nullptr;
       object = object->next) {
    if (object->capacity < words) continue;
    wire::FunctionDescriptor* none = nullptr;
    if (!object->first.compare_exchange_strong(none, taken(), std::memory_order_acq_rel)) continue;
    for (std::uint64_t i = 0; i < object->capacity; ++i) object->words()[i].store(0, std::memory_order_relaxed);
    return object;
  }
  return nullptr;
}

AttachedObject* map(std::uint64_t words) {
  const std::uint64_t bytes = (words * sizeof(Word) + wire::kPageBytes - 1) & ~(wire::kPageBytes - 1);
  void* where = sys_mmap(nullptr, wire::kPageBytes + bytes, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mmap_failed(where)) return nullptr;
  auto* object = static_cast<AttachedObject*>(where);
  if (sys_madvise(object->words(), bytes, MADV_WIPEONFORK) != 0) {  // else a child would go on as its parent
    sys_munmap(where, wire::kPageBytes + bytes);
    return nullptr;
  }
  sys_madvise(object->words(), bytes, MADV_DONTDUMP);
  object->capacity = bytes / sizeof(Word);
  object->first.store(taken(), std::memory_order_relaxed);
  AttachedObject* next = attached_objects.load(std::memory_order_relaxed);
  do {
    object->next = next;
  } while (!attached_objects.compare_exchange_weak(next, object, std::memory_order_acq_rel));
  return object;
}

void forget_unloaded_objects() {
  for (AttachedObject* object = attached_objects.load(std::memory_order_acquire); object != nullptr;
       object = object->next) {
    wire::FunctionDescriptor* first = object->first.load(std::memory_order_acquire);
    if (!in_use(first)) continue;
    const LoadedAt now = loaded_at(first);
    if (now.start == object->start && now.end == object->end && now.bias == object->bias) continue;
    object->first.compare_exchange_strong(first, nullptr, std::memory_order_acq_rel);
  }
}

}  // namespace

void forget_native_words() {
  for (AttachedObject* object = attached_objects.load(std::memory_order_acquire); object != nullptr;
       object = object->next) {
    wire::FunctionDescriptor* first = object->first.load(std::memory_order_acquire);
    if (!in_use(first)) continue;
    const auto count = static_cast<std::uint64_t>(object->last - first);
    for (std::uint64_t i = 0; i < count; ++i) {
      if (object->words()[i].load(std::memory_order_relaxed) != 0)
        object->words()[i].store(0, std::memory_order_relaxed);
    }
  }
}

namespace {

// Who looks at the descriptors of all objects, and who unloads some, leave each other alone.
constinit std::atomic<std::uint32_t> unloading{0};
constinit std::atomic<std::uint32_t> looking{0};
constinit std::atomic<bool> to_be_asked_again{false};
// Looking takes less; in a forked child there may be nobody left who looks.
constexpr int kMostYields = 1000;

void ask_again(wire::FunctionDescriptor* first, const wire::FunctionDescriptor* last) {
  for (wire::FunctionDescriptor* function = first; function < last; ++function) {
    auto excluded = static_cast<std::uint8_t>(wire::NativeState::kNotRecorded);
    if ((function->flags & wire::kNative) == 0) continue;
    function->state.compare_exchange_strong(excluded, static_cast<std::uint8_t>(wire::NativeState::kRecorded));
  }
}

}  // namespace

void begin_unloading() {
  unloading.fetch_add(1, std::memory_order_seq_cst);
  for (int i = 0; i < kMostYields && looking.load(std::memory_order_seq_cst) != 0; ++i) {
    if (!confined()) raw_syscall(__NR_sched_yield);
  }
}

void end_unloading() {
  forget_unloaded_objects();
  if (unloading.fetch_sub(1, std::memory_order_seq_cst) == 1 && to_be_asked_again.load(std::memory_order_seq_cst))
    ask_native_functions_again();
}

void ask_native_functions_again() {
  to_be_asked_again.store(true, std::memory_order_seq_cst);
  looking.fetch_add(1, std::memory_order_seq_cst);
  if (unloading.load(std::memory_order_seq_cst) == 0 && to_be_asked_again.exchange(false)) {
    forget_unloaded_objects();  // behind our back
    for (AttachedObject* object = attached_objects.load(std::memory_order_acquire); object != nullptr;
         object = object->next) {
      wire::FunctionDescriptor* first = object->first.load(std::memory_order_acquire);
      if (in_use(first)) ask_again(first, object->last);
    }
  }
  looking.fetch_sub(1, std::memory_order_seq_cst);
}

namespace {

void attach_object(wire::NativeObject& object, wire::FunctionDescriptor* first, wire::FunctionDescriptor* last) {
  const LoadedAt at = loaded_at(first);
  // What is here now was unloaded behind our back: by a dlclose that we do not stand in front of.
  for (AttachedObject* other = attached_objects.load(std::memory_order_acquire); other != nullptr;
       other = other->next) {
    wire::FunctionDescriptor* others = other->first.load(std::memory_order_acquire);
    if (in_use(others) && others < last && first < other->last)
      other->first.compare_exchange_strong(others, nullptr, std::memory_order_acq_rel);
  }
  const auto count = static_cast<std::uint64_t>(last - first);
  AttachedObject* attached = reuse(count);
  if (attached == nullptr) attached = map(count);
  if (attached == nullptr) return;
  attached->last = last;
  attached->start = at.start;
  attached->end = at.end;
  attached->bias = at.bias;
  attached->first.store(first, std::memory_order_release);

  for (std::uint64_t i = 0; i < count; ++i) {
    if ((first[i].flags & wire::kNative) == 0) continue;
    first[i].word = reinterpret_cast<std::uintptr_t>(&attached->words()[i]);
  }
  // Clang counts what a function keeps of registers as a part of its type; who calls these knows it.
  object.enter = reinterpret_cast<wire::NativeHook>(&glimpse_native_enter);
  object.exit = reinterpret_cast<wire::NativeHook>(&glimpse_native_exit);
  object.unwound = reinterpret_cast<wire::NativeHook>(&glimpse_native_unwound);
}

}  // namespace

}  // namespace glimpse::runtime

// Called for each object before its other constructors; by each of its modules, where they were linked as one.
extern "C" __attribute__((visibility("default"))) void glimpse_attach_object(glimpse::wire::NativeObject* object,
                                                                             glimpse::wire::FunctionDescriptor* first,
                                                                             glimpse::wire::FunctionDescriptor* last) {
  using namespace glimpse::runtime;
  if (object->version != glimpse::wire::kNativeVersion) {
    say("an object was compiled by a glimpse plugin of another version", "", 0);
    return;
  }
  if (first >= last || confined()) return;
  prepare_register_saving();
  attach_object(*object, first, last);
}

GLIMPSE_UNTRACED_END
