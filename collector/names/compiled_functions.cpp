#include "collector/names/compiled_functions.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <tuple>

#include "glimpse/wire/compiled.h"

namespace glimpse::collector {
namespace {

using wire::FunctionDescriptor;

constexpr std::size_t kMostTextBytes = 1 << 16;  // names of templates are long, but not as long as a file

template <typename T>
T field(std::string_view descriptor, std::size_t offset) {
  T value;
  std::memcpy(&value, descriptor.data() + offset, sizeof(T));
  return value;
}

// What the distance in the field at `offset` of a descriptor means; 0 where it is absent.
std::uint64_t target(std::string_view descriptor, std::uint64_t address, std::size_t offset) {
  const auto distance = field<std::int32_t>(descriptor, offset);
  return distance != 0 ? address + offset + static_cast<std::uint64_t>(std::int64_t{distance}) : 0;
}

}  // namespace

CompiledFunctions::CompiledFunctions(const ElfFile& file) : file_(&file) {
  for (const ElfFile::Section& section : file.sections(wire::kFunctionSection)) {
    for (std::size_t at = 0; section.bytes.size() - at >= sizeof(FunctionDescriptor);
         at += sizeof(FunctionDescriptor)) {
      const std::string_view bytes = section.bytes.substr(at, sizeof(FunctionDescriptor));
      if (field<std::uint8_t>(bytes, offsetof(FunctionDescriptor, version)) != wire::kCompiledVersion) continue;
      const std::uint64_t descriptor = section.address + at;
      const std::uint64_t code = target(bytes, descriptor, offsetof(FunctionDescriptor, function));
      if (code != 0 && !file.loaded_at(code).empty()) entries_.push_back({code, descriptor, bytes});
    }
  }
  const auto earlier = [](const Entry& a, const Entry& b) {
    return std::tie(a.address, a.descriptor) < std::tie(b.address, b.descriptor);
  };
  const auto same = [](const Entry& a, const Entry& b) { return a.address == b.address; };
  std::sort(entries_.begin(), entries_.end(), earlier);
  entries_.erase(std::unique(entries_.begin(), entries_.end(), same), entries_.end());
  entries_.shrink_to_fit();
}

CompiledFunction CompiledFunctions::operator[](std::size_t index) const {
  const Entry& entry = entries_[index];
  const auto flags = field<std::uint8_t>(entry.bytes, offsetof(FunctionDescriptor, flags));
  CompiledFunction function;
  function.address = entry.address;
  function.native = (flags & wire::kNative) != 0;
  function.asked = (flags & wire::kAsked) != 0;
  function.name = text_at(entry, offsetof(FunctionDescriptor, name));
  function.module = text_at(entry, offsetof(FunctionDescriptor, module));
  function.file = text_at(entry, offsetof(FunctionDescriptor, file));
  function.line = field<std::uint32_t>(entry.bytes, offsetof(FunctionDescriptor, line));
  return function;
}

std::optional<CompiledFunction> CompiledFunctions::at(std::uint64_t address) const {
  const auto found = std::lower_bound(entries_.begin(), entries_.end(), address,
                                      [](const Entry& entry, std::uint64_t value) { return entry.address < value; });
  if (found == entries_.end() || found->address != address) return std::nullopt;
  return (*this)[static_cast<std::size_t>(found - entries_.begin())];
}

std::string_view CompiledFunctions::text_at(const Entry& entry, std::size_t field) const {
  const std::uint64_t address = target(entry.bytes, entry.descriptor, field);
  if (address == 0) return {};
  const std::string_view bytes = file_->loaded_at(address).substr(0, kMostTextBytes);
  const std::size_t end = bytes.find('\0');
  return end != std::string_view::npos ? bytes.substr(0, end) : std::string_view();
}

}  // namespace glimpse::collector
