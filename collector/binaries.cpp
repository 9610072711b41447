#include "collector/binaries.h"

#include <fmt/format.h>

namespace glimpse::collector {

Binaries::File& Binaries::file(std::string_view path, std::string_view build_id) {
  const auto [found, fresh] = files_.try_emplace({std::string(path), std::string(build_id)});
  File& file = found->second;
  if (fresh) {
    file.path = path;
    auto opened = Binary::open(file.path, build_id);
    if (opened) {
      file.binary = std::move(*opened);
    } else {
      problems_.push_back(fmt::format("{}; its functions have no names", opened.error().message));
    }
  }
  return file;
}

const DecidedFunction& Binaries::add(FunctionName name) {
  DecidedFunction& decided = functions_.emplace_back();
  decided.function.index = static_cast<std::uint32_t>(functions_.size() - 1);
  decided.function.name = std::move(name.name);
  decided.function.module = std::move(name.module);
  decided.function.file = std::move(name.file);
  decided.function.line = name.line;
  const policy::Function asked{decided.function.name, decided.function.module, name.module_is_binary};
  decided.recorded = policy_.decide(asked);
  use_.see(asked);
  return decided;
}

std::vector<std::string> Binaries::unmatched_entries() {
  if (use_.unmatched().empty()) return {};
  for (const auto& [key, file] : files_) {
    if (file.binary == nullptr) continue;
    for (const FunctionName& name : file.binary->functions()) use_.see({name.name, name.module, name.module_is_binary});
  }
  std::vector<std::string> warnings;
  for (const policy::Pattern* entry : use_.unmatched()) {
    warnings.push_back(fmt::format("{}:{}:{}: warning: {} \"{}\" matches no function of the traced programs",
                                   policy_.path, entry->line, entry->column, entry->key, entry->text));
  }
  return warnings;
}

const DecidedFunction& Binaries::function_at(std::string_view path, std::string_view build_id, std::uint64_t address) {
  File& in = file(path, build_id);
  const auto [found, fresh] = in.by_address.try_emplace(address, nullptr);
  if (fresh) {
    found->second = &add(in.binary != nullptr ? in.binary->function_at(address) : unknown_name(in.path, address));
  }
  return *found->second;
}

const DecidedFunction& Binaries::unknown_function(std::uint64_t address) {
  const auto [found, fresh] = unknown_.try_emplace(address, nullptr);
  if (fresh) found->second = &add(unknown_name("unknown", address));
  return *found->second;
}

}  // namespace glimpse::collector
