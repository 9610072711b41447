#include "collector/stack_names.h"

#include <fmt/format.h>

#include <algorithm>

#include "collector/stack_plumbing.h"
#include "glimpse/wire/record.h"

namespace glimpse::collector {

namespace {

constexpr std::size_t kMostStacks = 1024;    // kept
constexpr std::size_t kMostFrames = 262144;  // kept

}  // namespace

StackText StackNames::text(const std::vector<std::uint64_t>& frames, std::string_view exception_type,
                           std::string_view what) {
  if (stacks_.size() >= kMostStacks) stacks_.clear();
  const auto [found, fresh] = stacks_.try_emplace(frames);
  if (fresh) found->second = make(frames);
  const Stack& stack = found->second;
  if (stack.trace.empty()) return {};
  return {stack.trace, groups_.fingerprint(exception_type, what, stack.functions)};
}

StackNames::Stack StackNames::make(const std::vector<std::uint64_t>& frames) {
  Stack stack;
  if (frames_.size() >= kMostFrames) frames_.clear();
  const std::string* before = nullptr;
  for (const std::uint64_t packed : frames) {
    const Frame& next = frame(packed);
    if (before == nullptr && is_plumbing(next.function)) continue;
    if (!stack.trace.empty()) stack.trace += '\n';
    stack.trace += next.text;
    const bool repeats = before != nullptr && next.function == *before;
    if (!repeats && stack.functions.size() < kGroupFrames) stack.functions.push_back(next.function);
    before = &next.function;
    if (next.function == "main") break;
  }
  return stack;
}

const StackNames::Frame& StackNames::frame(std::uint64_t packed) {
  const auto [found, fresh] = frames_.try_emplace(packed);
  if (fresh) found->second = name(packed);
  return found->second;
}

StackNames::Frame StackNames::name(std::uint64_t packed) {
  const std::uint64_t address = wire::stack_frame_address(packed);
  const std::uint32_t number = wire::stack_frame_module(packed);
  const wire::ModuleEntry* const module = number != 0 ? view_.module(number) : nullptr;
  if (module == nullptr) return {fmt::format("{:#x}", address), "?"};
  std::uint64_t offset = 0;
  // The kernel's own module is no file.
  const bool is_file =
      std::string_view(module->path, std::min<std::size_t>(module->path_bytes, sizeof(module->path))).find('/') !=
      std::string_view::npos;
  if (!is_file) return {fmt::format("{:#x}", address), "?"};
  Binaries::File& file = functions_.file_of(number, *module);
  FunctionName function = Binaries::code_at(file, address - module->bias, offset);
  const std::string binary = binary_module(file.path);
  const bool unknown = function.module_is_binary && function.name.starts_with(binary + "+0x");
  Frame named;
  named.function = unknown ? binary : function.name;
  if (!function.file.empty()) {
    named.text = fmt::format("{} ({}:{})", function.name, function.file, function.line);
  } else if (unknown) {
    named.text = function.name;
  } else {
    // The byte behind the call, as every debugger counts.
    named.text = fmt::format("{}+{:#x} ({})", function.name, offset + 1, binary);
  }
  return named;
}

}  // namespace glimpse::collector
