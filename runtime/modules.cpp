#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <sys/auxv.h>

#include "runtime/modules.h"
#include "runtime/process.h"
#include "runtime/syscalls.h"
#include "runtime/text.h"

namespace glimpse::runtime {

namespace {

std::uint32_t known_module(std::uintptr_t address) {
  const std::uint32_t count = process.header->module_count.load(std::memory_order_acquire);
  for (std::uint32_t i = 0; i < count && i < wire::kMaxModules; ++i) {
    const wire::ModuleEntry& entry = process.modules[i];
    if (entry.ready.load(std::memory_order_acquire) == 0 || entry.unloaded.load(std::memory_order_relaxed) != 0)
      continue;
    if (address >= entry.start && address < entry.end) return i + 1;
  }
  return 0;
}

struct Segments {
  const ElfW(Phdr) * first;
  unsigned long count;
};

// What the kernel says of the program; of a library, what the ELF header at its start says.
Segments segments_of(const wire::ModuleEntry& entry, bool is_program) {
  if (is_program) return {reinterpret_cast<const ElfW(Phdr)*>(getauxval(AT_PHDR)), getauxval(AT_PHNUM)};
  const auto* elf = reinterpret_cast<const ElfW(Ehdr)*>(entry.start);
  if (elf->e_ident[0] != 0x7f || elf->e_ident[1] != 'E' || elf->e_ident[2] != 'L' || elf->e_ident[3] != 'F') return {};
  if (elf->e_phoff == 0 || elf->e_phoff + std::uint64_t{elf->e_phnum} * sizeof(ElfW(Phdr)) > wire::kPageBytes) {
    return {};
  }
  return {reinterpret_cast<const ElfW(Phdr)*>(entry.start + elf->e_phoff), elf->e_phnum};
}

bool is_loaded(const Segments& segments, const ElfW(Phdr) & note) {
  for (unsigned long i = 0; i < segments.count; ++i) {
    const ElfW(Phdr)& segment = segments.first[i];
    if (segment.p_type == PT_LOAD && note.p_vaddr >= segment.p_vaddr &&
        note.p_vaddr + note.p_filesz <= segment.p_vaddr + segment.p_filesz) {
      return true;
    }
  }
  return false;
}

// Copies the NT_GNU_BUILD_ID note, where one is in memory. [start, end) may be one segment of a program only, where
// there are gaps between them.
void copy_build_id(wire::ModuleEntry& entry, bool is_program) {
  entry.build_id_bytes = 0;
  const Segments segments = segments_of(entry, is_program);
  for (unsigned long i = 0; i < segments.count; ++i) {
    const ElfW(Phdr)& segment = segments.first[i];
    if (segment.p_type != PT_NOTE || !is_loaded(segments, segment)) continue;
    const std::uintptr_t at = entry.bias + segment.p_vaddr;
    std::uintptr_t note_at = at;
    while (note_at + sizeof(ElfW(Nhdr)) <= at + segment.p_filesz) {
      const auto* note = reinterpret_cast<const ElfW(Nhdr)*>(note_at);
      const std::uintptr_t name = note_at + sizeof(*note);
      const std::uintptr_t value = name + ((note->n_namesz + 3u) & ~3u);
      if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && note->n_descsz <= sizeof(entry.build_id)) {
        copy_bytes(entry.build_id, reinterpret_cast<const void*>(value), note->n_descsz);
        entry.build_id_bytes = note->n_descsz;
        return;
      }
      note_at = value + ((note->n_descsz + 3u) & ~3u);
    }
  }
}

// The program itself has no name in the dynamic linker's list.
void copy_path(wire::ModuleEntry& entry, const char* name) {
  if (name != nullptr) {
    std::size_t length = text_length(name);
    if (length > sizeof(entry.path)) length = sizeof(entry.path);
    copy_bytes(entry.path, name, length);
    entry.path_bytes = static_cast<std::uint32_t>(length);
    return;
  }
  const long length = sys_readlink("/proc/self/exe", entry.path, sizeof(entry.path));
  entry.path_bytes = length > 0 ? static_cast<std::uint32_t>(length) : 0;
}

}  // namespace

std::uint32_t module_of(std::uintptr_t address) {
  if (const std::uint32_t known = known_module(address)) return known;
  dl_find_object found{};
  if (_dl_find_object(reinterpret_cast<void*>(address), &found) != 0) return wire::kNoModule;
  // Counted only when it has memory, as everybody looks at all that are counted.
  std::uint32_t index = process.header->module_count.load(std::memory_order_acquire);
  do {
    if (index >= wire::kMaxModules ||
        !populate(wire::kModulesOffset + std::uint64_t{index} * sizeof(wire::ModuleEntry), sizeof(wire::ModuleEntry))) {
      return wire::kNoModule;
    }
  } while (!process.header->module_count.compare_exchange_weak(index, index + 1, std::memory_order_acq_rel));
  wire::ModuleEntry& entry = process.modules[index];
  entry.start = reinterpret_cast<std::uintptr_t>(found.dlfo_map_start);
  entry.end = reinterpret_cast<std::uintptr_t>(found.dlfo_map_end);
  entry.bias = found.dlfo_link_map != nullptr ? found.dlfo_link_map->l_addr : 0;
  const char* name = found.dlfo_link_map != nullptr ? found.dlfo_link_map->l_name : nullptr;
  const bool is_program = name == nullptr || name[0] == 0;
  copy_path(entry, is_program ? nullptr : name);
  copy_build_id(entry, is_program);
  entry.ready.store(1, std::memory_order_release);
  return index + 1;
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
