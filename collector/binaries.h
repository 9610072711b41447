// The binaries of a session, each opened once, and the functions named in them.
//
// Functions are shared by all processes that run the same file, so that a hundred processes cost the names of one.
//
// Threads: one thread uses these. Failure: a file that cannot be read is reported once (problems()), and its functions
// are named `module+0x1234`.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "collector/names/binary.h"
#include "policy/matcher.h"
#include "policy/policy.h"
#include "writers/record.h"

namespace glimpse::collector {

struct DecidedFunction {
  writers::Function function;  // without names where it is not recorded
  bool recorded = false;
  policy::Capture capture;
  bool block = false;                      // a part of a function that the program has named
  const DecidedFunction* first = nullptr;  // what the function was before the policy changed; null: it is the first

  // Whether both are the same function, by whatever policy.
  bool is(const DecidedFunction& other) const {
    return this == &other || (first != nullptr ? first : this) == (other.first != nullptr ? other.first : &other);
  }
};

// A block's name, module, file and line, to be found again by Binaries::block().
std::string block_text(const writers::Function& block);

// A file, whatever its name: device, inode and the time it was last written. All 0 where not known.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t modified_ns = 0;

  bool known() const { return inode != 0; }
  bool operator==(const FileIdentity&) const = default;
};

// A file that a process has mapped.
struct LoadedFile {
  std::string path;      // as the process saw it
  std::string build_id;  // lower-case hex; empty where it has none
  std::uint32_t pid = 0;
  FileIdentity identity;  // of the process's own executable, where that is known
};

class Binaries {
 public:
  struct File {
    std::string path;
    std::unique_ptr<Binary> binary;  // null where it could not be read
    std::unordered_map<std::uint64_t, const DecidedFunction*> by_address;
  };

  explicit Binaries(const policy::Policy& policy) : policy_(policy), use_(policy) {}

  // The file, opened when it is first asked for: at its path or, where it is no longer there, through the process. A
  // file without a build-id is known by its inode and time, so that another one at the same path is not taken for it.
  File& file(const LoadedFile& loaded);

  // The function at `address` (as the file counts). It lives as long as this object.
  const DecidedFunction& function_at(File& file, std::uint64_t address);

  // The function at `address` of the process, which no file covers.
  const DecidedFunction& unknown_function(std::uint64_t address);

  // A block that the program has named `name`, as calls are: `name[label]` where there is a label. It is recorded
  // whatever the policy says, for the source asks for it. `binary`: what it belongs to where the name has no namespace.
  const DecidedFunction& block(std::string_view name, std::string_view label, std::string_view binary,
                               std::string_view file, std::uint32_t line);
  const DecidedFunction& block(const std::string& text);

  // The function with the instruction at `address` of that file, for a stack trace: the policy is not asked.
  static FunctionName code_at(File& file, std::uint64_t address, std::uint64_t& offset);

  // The policy is another one now, at the same place. Functions that it decides otherwise are new ones from here on;
  // references to the old ones stay good for calls that are open.
  void decide_again();

  // A warning for each entry of the policy that matches nothing in any of the binaries, called or not. For the end of a
  // session: looks at all their functions where entries matched none of those that were called.
  std::vector<std::string> unmatched_entries();

  // Sentences about files that could not be read, since the last call.
  std::vector<std::string> take_problems() { return std::exchange(problems_, {}); }

  // Sentences about programs whose exceptions cannot be seen, since the last call.
  std::vector<std::string> take_hidden_exceptions() { return std::exchange(hidden_exceptions_, {}); }

  // Sentences about binaries that were compiled by a narrower policy than the one in force, since the last call.
  std::vector<std::string> take_missing() { return std::exchange(missing_, {}); }

 private:
  std::string built_without(const policy::Pattern& entry) const;
  DecidedFunction decide(FunctionName name);
  const DecidedFunction& add(FunctionName name);
  const DecidedFunction* again(const DecidedFunction& before, FunctionName name);

  const policy::Policy& policy_;
  policy::PatternUse use_;
  std::map<std::pair<std::string, std::string>, File> files_;
  std::deque<DecidedFunction> functions_;
  std::unordered_map<std::uint64_t, const DecidedFunction*> unknown_;
  std::unordered_map<std::string, const DecidedFunction*> blocks_;  // by block_text()
  std::vector<std::string> problems_;
  std::vector<std::string> hidden_exceptions_;
  std::vector<std::string> missing_;
};

}  // namespace glimpse::collector
