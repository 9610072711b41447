#include "collector/names/compiled_policies.h"

#include <algorithm>
#include <cstring>

#include "glimpse/wire/compiled.h"

namespace glimpse::collector {
namespace {

constexpr std::size_t kAlignment = 8;
constexpr std::size_t kMostPolicies = 1024;  // a program has one, or one for each of its parts

std::size_t padded(std::uint64_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

}  // namespace

std::vector<CompiledPolicy> compiled_policies(const ElfFile& file) {
  std::vector<CompiledPolicy> policies;
  for (const ElfFile::Section& section : file.sections(wire::kPolicySection)) {
    std::string_view rest = section.bytes;
    while (rest.size() >= sizeof(wire::CompiledPolicy) && policies.size() < kMostPolicies) {
      wire::CompiledPolicy header;
      std::memcpy(&header, rest.data(), sizeof(header));
      if (header.version == 0) {  // zeros between two objects
        rest.remove_prefix(kAlignment);
        continue;
      }
      const std::uint64_t texts = std::uint64_t{header.path_bytes} + header.text_bytes;
      if (header.version != wire::kCompiledVersion || texts > rest.size() - sizeof(header)) break;
      CompiledPolicy policy;
      policy.path = rest.substr(sizeof(header), header.path_bytes);
      policy.text = rest.substr(sizeof(header) + header.path_bytes, header.text_bytes);
      const auto same = [&policy](const CompiledPolicy& other) {
        return other.path == policy.path && other.text == policy.text;
      };
      if (std::none_of(policies.begin(), policies.end(), same)) policies.push_back(std::move(policy));
      rest.remove_prefix(std::min(rest.size(), padded(sizeof(header) + texts)));
    }
  }
  return policies;
}

}  // namespace glimpse::collector
