// What the tests of names/ share: the binaries CMake built, scratch folders, and `nm` as the independent reader.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace glimpse::collector {

// The path of a fixture binary.
std::string fixture(const std::string& name);

// Runs a command; whether it succeeded.
bool run(const std::string& command);

// The defined functions of a file as binutils' nm sees them: mangled name to address.
std::map<std::string, std::uint64_t> nm(const std::string& path);

// A folder that lives as long as this.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

 private:
  std::filesystem::path folder_;
};

}  // namespace glimpse::collector
