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

bool ProcessFunctions::decide_again() {
  bool hooks_record_more = false;
  for (std::uint32_t id = 1; id < functions_.size(); ++id) {
    const DecidedFunction* before = functions_[id];
    if (before == nullptr) continue;
    hooks_record_more = (!name(id).recorded && before->recorded) || hooks_record_more;
  }
  return hooks_record_more;
}

const DecidedFunction& ProcessFunctions::name(std::uint32_t id) {
  if (id == 0 || id > view_.function_count()) return binaries_.unknown_function(0);
  if (id >= functions_.size()) functions_.resize(id + 1, nullptr);
  const wire::FunctionEntry& entry = view_.function(id);
  const std::uint32_t module_number = entry.module.load(std::memory_order_acquire);
  const wire::ModuleEntry* module = view_.module(module_number);
  const DecidedFunction* decided = nullptr;
  if (module == nullptr) {
    decided = &binaries_.unknown_function(entry.address);
  } else {
    decided = &binaries_.function_at(file_of(module_number, *module), entry.address - module->bias);
  }
  functions_[id] = decided;
  const std::uint32_t index = decided->function.index;
  if (index >= ids_.size()) ids_.resize(index + 1, 0);
  if (ids_[index] == 0) ids_[index] = id;
  view_.decide(id, decided->recorded ? wire::Decision::kRecord : wire::Decision::kSkip);
  return *decided;
}

// Looked for once per module, so that what happens to the file later does not matter.
Binaries::File& ProcessFunctions::file_of(std::uint32_t module_number, const wire::ModuleEntry& module) {
  if (module_number >= files_.size()) files_.resize(module_number + 1, nullptr);
  Binaries::File*& file = files_[module_number];
  if (file != nullptr) return *file;
  LoadedFile loaded;
  loaded.path.assign(module.path, std::min<std::size_t>(module.path_bytes, sizeof(module.path)));
  loaded.build_id = hex(module.build_id, std::min<std::size_t>(module.build_id_bytes, sizeof(module.build_id)));
  loaded.pid = view_.header().pid;
  if (loaded.path == view_.executable()) {
    const wire::ProcessHeader& header = view_.header();
    loaded.identity = {header.executable_device, header.executable_inode, header.executable_modified_ns};
  }
  // `dlopen("./plugin.so")`: relative to where the program was, which is not where we are.
  if (!loaded.path.starts_with('/') && loaded.path.find('/') != std::string::npos) {
    loaded.path = fmt::format("{}/{}", view_.cwd(), loaded.path);
  }
  file = &binaries_.file(loaded);
  return *file;
}

}  // namespace glimpse::collector
