#include "collector/binaries.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <system_error>
#include <utility>

#include "collector/names/compiled_coverage.h"
#include "policy/coverage.h"

namespace glimpse::collector {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

// Unknown where there is no such file.
FileIdentity identity_at(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return {};
  return {status.st_dev, status.st_ino, status.st_mtim.tv_sec * kSecond + status.st_mtim.tv_nsec};
}

// What stands for the build-id of a file that has none.
std::string text_of(const FileIdentity& identity) {
  return fmt::format("{}:{}:{}", identity.device, identity.inode, identity.modified_ns);
}

bool is_another_file(const LoadedFile& loaded) {
  return loaded.identity.known() && identity_at(loaded.path) != loaded.identity;
}

Result<std::unique_ptr<Binary>> open_at_path(const LoadedFile& loaded) {
  if (loaded.build_id.empty() && is_another_file(loaded)) {
    return Error{fmt::format("{}: the file was replaced or changed after it was loaded, and has no build-id to tell",
                             loaded.path)};
  }
  return Binary::open(loaded.path, loaded.build_id);
}

// The kernel keeps the executable of a living process, wherever its name went. Through a descriptor of our own, for
// the process may end while the file is read.
std::unique_ptr<Binary> open_through_process(const LoadedFile& loaded) {
  const std::string link = fmt::format("/proc/{}/exe", loaded.pid);
  std::error_code unreadable;
  const std::string target = std::filesystem::read_symlink(link, unreadable).string();
  const int file = ::open(link.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return nullptr;
  std::unique_ptr<Binary> binary;
  // Without a build-id only the name says that it is this file and not a library, or another process's by now.
  if (!loaded.build_id.empty() || target == loaded.path || target == loaded.path + " (deleted)") {
    auto opened = Binary::open(loaded.path, loaded.build_id, {.contents = fmt::format("/proc/self/fd/{}", file)});
    if (opened) binary = std::move(*opened);
  }
  ::close(file);
  return binary;
}

// Naming a million functions takes seconds, looking for a word in their symbols milliseconds.
bool may_match(const Binary& binary, const std::vector<const policy::Pattern*>& entries) {
  return std::any_of(entries.begin(), entries.end(), [&](const policy::Pattern* entry) {
    const bool of_functions = entry->key == "functions" || entry->key == "exclude_functions";
    return of_functions || binary.may_name(policy::word_of(*entry));
  });
}

// What stands before the last `::` of a qualified name; the scopes of parameters, templates and lambdas do not count.
std::string_view namespace_of(std::string_view name) {
  std::size_t end = 0;
  int depth = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '(' && depth == 0) break;
    depth += name[i] == '<' || name[i] == '{' ? 1 : name[i] == '>' || name[i] == '}' ? -1 : 0;
    if (depth == 0 && name.substr(i).starts_with("::")) end = i;
  }
  return name.substr(0, end);
}

}  // namespace

std::string block_text(const writers::Function& block) {
  const char zero = '\0';
  return block.name + zero + block.module + zero + block.file + zero + std::to_string(block.line);
}

Binaries::File& Binaries::file(const LoadedFile& loaded) {
  std::string id = loaded.build_id;
  if (id.empty()) id = text_of(loaded.identity.known() ? loaded.identity : identity_at(loaded.path));
  const auto [found, fresh] = files_.try_emplace({loaded.path, std::move(id)});
  File& file = found->second;
  if (fresh || file.binary == nullptr) {
    file.path = loaded.path;
    auto opened = open_at_path(loaded);
    if (!opened) {
      if (auto kept = open_through_process(loaded)) opened = std::move(kept);
    }
    if (opened) {
      file.binary = std::move(*opened);
      if (file.binary->hides_exceptions()) {
        hidden_exceptions_.push_back(fmt::format(
            "{}: the C++ library and the unwinder are linked statically: calls that exceptions leave are seen "
            "ending late, as END; link with glimpse-c++, which shows them",
            file.path));
      }
      if (std::string missing = missing_of(*file.binary, file.path, policy_); !missing.empty()) {
        missing_.push_back(std::move(missing));
      }
    } else if (fresh) {
      problems_.push_back(fmt::format("{}; its functions have no names", opened.error().message));
    }
  }
  return file;
}

DecidedFunction Binaries::decide(FunctionName name) {
  const policy::Function asked{name.name, name.module, name.module_is_binary, name.asked};
  DecidedFunction decided;
  decided.recorded = policy_.decide(asked);
  decided.capture = policy_.capture(asked);
  use_.see(asked);
  if (!decided.recorded) return decided;
  const std::string_view label = policy_.label(asked);
  decided.function.name = label.empty() ? std::move(name.name) : fmt::format("{}[{}]", name.name, label);
  decided.function.module = std::move(name.module);
  decided.function.file = std::move(name.file);
  decided.function.line = name.line;
  return decided;
}

const DecidedFunction& Binaries::add(FunctionName name) {
  DecidedFunction& decided = functions_.emplace_back(decide(std::move(name)));
  decided.function.index = static_cast<std::uint32_t>(functions_.size() - 1);
  return decided;
}

const DecidedFunction* Binaries::again(const DecidedFunction& before, FunctionName name) {
  DecidedFunction now = decide(std::move(name));
  const bool same =
      now.recorded == before.recorded && now.capture == before.capture && now.function.name == before.function.name;
  if (same) return &before;
  now.first = before.first != nullptr ? before.first : &before;
  now.function.index = static_cast<std::uint32_t>(functions_.size());
  return &functions_.emplace_back(std::move(now));
}

void Binaries::decide_again() {
  use_ = policy::PatternUse(policy_);
  for (auto& [key, file] : files_) {
    for (auto& [address, decided] : file.by_address) {
      decided = again(*decided,
                      file.binary != nullptr ? file.binary->function_at(address) : unknown_name(file.path, address));
    }
  }
  for (auto& [address, decided] : unknown_) decided = again(*decided, unknown_name("unknown", address));
}

// A stripped program does not show what it was compiled without; the policy it was compiled by does.
std::string Binaries::built_without(const policy::Pattern& entry) const {
  for (const auto& [key, file] : files_) {
    if (file.binary == nullptr) continue;
    const std::vector<policy::Policy> compiled = policies_of(*file.binary);
    if (compiled.empty()) continue;
    const policy::Coverage coverage(compiled, policy_);
    const auto& doubtful = coverage.doubtful_entries();
    if (std::find(doubtful.begin(), doubtful.end(), &entry) == doubtful.end()) continue;
    const std::string& by = compiled.front().path;
    return fmt::format("; {} was built by {}, which may leave them out", file.path,
                       by.empty() ? "the built-in policy" : by);
  }
  return {};
}

std::vector<std::string> Binaries::unmatched_entries() {
  if (use_.all_matched()) return {};
  for (const auto& [key, file] : files_) {
    if (file.binary == nullptr || !may_match(*file.binary, use_.unmatched())) continue;
    file.binary->each_function([this](const FunctionName& name) {
      use_.see({name.name, name.module, name.module_is_binary});
      return !use_.all_matched();
    });
  }
  const bool filtered = std::any_of(files_.begin(), files_.end(), [](const auto& file) {
    return file.second.binary != nullptr && !file.second.binary->compiled().policies.empty();
  });
  std::vector<std::string> warnings;
  for (const policy::Pattern* entry : use_.unmatched()) {
    if (filtered && entry->key.starts_with("exclude_"))
      continue;  // excluded while compiling: nothing of it may be left
    warnings.push_back(fmt::format("{}:{}:{}: warning: {} \"{}\" matches no function of the traced programs{}",
                                   policy_.path, entry->line, entry->column, entry->key, entry->text,
                                   built_without(*entry)));
  }
  return warnings;
}

const DecidedFunction& Binaries::function_at(File& in, std::uint64_t address) {
  const auto [found, fresh] = in.by_address.try_emplace(address, nullptr);
  if (fresh) {
    found->second = &add(in.binary != nullptr ? in.binary->function_at(address) : unknown_name(in.path, address));
  }
  return *found->second;
}

const DecidedFunction& Binaries::block(std::string_view name, std::string_view label, std::string_view binary,
                                       std::string_view file, std::uint32_t line) {
  writers::Function block;
  block.name = label.empty() ? std::string(name) : fmt::format("{}[{}]", name, label);
  block.module = namespace_of(name);
  if (block.module.empty()) block.module = binary;
  block.file = file;
  block.line = line;
  return this->block(block_text(block));
}

const DecidedFunction& Binaries::block(const std::string& text) {
  const auto [found, fresh] = blocks_.try_emplace(text, nullptr);
  if (!fresh) return *found->second;
  DecidedFunction& decided = functions_.emplace_back();
  decided.recorded = true;
  decided.block = true;
  decided.function.index = static_cast<std::uint32_t>(functions_.size() - 1);
  std::string_view rest = text;
  const auto next = [&rest] {
    const std::string_view part = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    return std::string(part);
  };
  decided.function.name = next();
  decided.function.module = next();
  decided.function.file = next();
  const std::string line = next();
  std::from_chars(line.data(), line.data() + line.size(), decided.function.line);
  found->second = &decided;
  return decided;
}

FunctionName Binaries::code_at(File& in, std::uint64_t address, std::uint64_t& offset) {
  offset = 0;
  return in.binary != nullptr ? in.binary->code_at(address, offset) : unknown_name(in.path, address);
}

const DecidedFunction& Binaries::unknown_function(std::uint64_t address) {
  const auto [found, fresh] = unknown_.try_emplace(address, nullptr);
  if (fresh) found->second = &add(unknown_name("unknown", address));
  return *found->second;
}

}  // namespace glimpse::collector
