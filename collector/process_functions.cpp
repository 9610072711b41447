#include "collector/process_functions.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace glimpse::collector {

namespace {

std::string hex(const std::uint8_t* bytes, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += fmt::format("{:02x}", bytes[i]);
  return text;
}

}  // namespace

void ProcessFunctions::decide_new() {
  const std::uint32_t count = view_.function_count();
  while (decided_ < count) {
    const std::uint32_t id = decided_ + 1;
    if (view_.function(id).module.load(std::memory_order_acquire) == 0) return;  // still being written
    (*this)[id];
    decided_ = id;
  }
}

const DecidedFunction& ProcessFunctions::name(std::uint32_t id) {
  if (id == 0 || id > view_.function_count()) return binaries_.unknown_function(0);
  if (id >= functions_.size()) functions_.resize(id + 1, nullptr);
  const wire::FunctionEntry& entry = view_.function(id);
  const wire::ModuleEntry* module = view_.module(entry.module.load(std::memory_order_acquire));
  const DecidedFunction* decided = nullptr;
  if (module == nullptr) {
    decided = &binaries_.unknown_function(entry.address);
  } else {
    const std::string_view path(module->path, std::min<std::size_t>(module->path_bytes, sizeof(module->path)));
    const std::size_t id_bytes = std::min<std::size_t>(module->build_id_bytes, sizeof(module->build_id));
    decided = &binaries_.function_at(path, hex(module->build_id, id_bytes), entry.address - module->bias);
  }
  functions_[id] = decided;
  view_.decide(id, decided->recorded ? wire::Decision::kRecord : wire::Decision::kSkip);
  return *decided;
}

}  // namespace glimpse::collector
