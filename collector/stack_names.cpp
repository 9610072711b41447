#include "collector/stack_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "glimpse/wire/record.h"

namespace glimpse::collector {

namespace {

constexpr std::size_t kMostTexts = 1024;     // kept
constexpr std::size_t kMostFrames = 262144;  // kept

// Between the throw and the unwinder.
bool only_throws(std::string_view function) {
  constexpr std::array<std::string_view, 6> kPlumbing{"__cxa_throw",
                                                      "__cxa_rethrow",
                                                      "std::rethrow_exception(",
                                                      "_Unwind_RaiseException",
                                                      "_Unwind_Resume_or_Rethrow",
                                                      "__wrap__Unwind_R"};
  return std::any_of(kPlumbing.begin(), kPlumbing.end(), [&](std::string_view name) {
    // A sanitizer's stand-in has a prefix of its own.
    return function.starts_with(name) || (function.find("interceptor_") < 4 && function.ends_with(name));
  });
}

// FNV-1a, 64 bits: the value must be the same in every build of glimpse.
class Hash {
 public:
  void add(std::string_view text) {
    for (const char c : text) value_ = (value_ ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    value_ = (value_ ^ 0xff) * 0x100000001b3;  // no UTF-8 text has this byte: where one ends
  }
  std::string text() const { return fmt::format("{:016x}", value_); }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325;
};

}  // namespace

const StackText& StackNames::text(const std::vector<std::uint64_t>& frames, std::string_view exception_type) {
  if (texts_.size() >= kMostTexts) texts_.clear();
  const auto [found, fresh] = texts_.try_emplace({std::string(exception_type), frames});
  if (fresh) found->second = make(frames, exception_type);
  return found->second;
}

StackText StackNames::make(const std::vector<std::uint64_t>& frames, std::string_view exception_type) {
  StackText text;
  Hash hash;
  hash.add(exception_type);
  if (frames_.size() >= kMostFrames) frames_.clear();
  const std::string* before = nullptr;
  for (const std::uint64_t packed : frames) {
    const Frame& next = frame(packed);
    if (before == nullptr && only_throws(next.function)) continue;
    if (!text.trace.empty()) text.trace += '\n';
    text.trace += next.text;
    if (before == nullptr || next.function != *before) hash.add(next.function);
    before = &next.function;
    if (next.function == "main") break;
  }
  if (!text.trace.empty()) text.fingerprint = hash.text();
  return text;
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
