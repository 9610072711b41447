#include "cli/silence.h"

#include <fmt/format.h>

#include "cli/compiler_flags.h"
#include "cli/program_file.h"
#include "collector/names/binary.h"

namespace glimpse::cli {

namespace {

// Empty where the file gives no reason why the library was not loaded.
std::string why_not_loaded(const std::string& name, const ProgramFile& file) {
  if (file.set_user_id || file.has_capabilities) {
    return fmt::format(
        "{} runs with more rights than its user has, so the loader ignores LD_PRELOAD: run a copy "
        "without set-user-ID bit and file capabilities",
        name);
  }
  if (file.is_32_bit || (file.kind == FileKind::kElf && !file.native)) {
    return fmt::format("{} is for another architecture or word size than glimpse: build it for this machine", name);
  }
  if (file.is_static) {
    return fmt::format(
        "{} is statically linked, so nothing can be preloaded: link it dynamically, or link libglimpse.a", name);
  }
  return {};
}

std::vector<std::string> how_to_instrument() {
  return {fmt::format("  gcc:   g++ {}", kGccFlags), fmt::format("  clang: clang++ {}", kClangFlags),
          "  or set CXX=glimpse-c++ and CC=glimpse-cc, which choose the flags"};
}

}  // namespace

std::vector<std::string> why_silent(const std::filesystem::path& program, std::uint64_t processes) {
  const std::string name = program.string();
  const ProgramFile file = read_program_file(program);
  if (processes == 0) {
    if (auto reason = why_not_loaded(name, file); !reason.empty()) return {"nothing was recorded: " + reason};
  }
  if (file.kind == FileKind::kScript) {
    return {
        fmt::format("nothing was recorded: {} is a script for {}, and no program that it ran calls the hooks and "
                    "matches the policy",
                    name, file.script_interpreter)};
  }
  const auto binary = collector::Binary::open(name, "");
  if (binary && !(*binary)->instrumented() && !(*binary)->compiled().policies.empty()) {
    return {
        fmt::format("nothing was recorded: the policy that {} was compiled by asks for none of its functions; "
                    "`glimpse doctor {}` names it",
                    name, name)};
  }
  if (binary && !(*binary)->instrumented()) {
    std::vector<std::string> lines{
        fmt::format("nothing was recorded: {} does not call the tracing hooks, nor did what it ran; build with", name)};
    for (auto& line : how_to_instrument()) lines.push_back(std::move(line));
    return lines;
  }
  if (processes == 0) {
    return {
        fmt::format("nothing was recorded: no hook of {} was called; `glimpse doctor {}` looks closer", name, name)};
  }
  return {
      fmt::format("nothing was recorded: {} calls the hooks, but the policy matches no function that ran; `glimpse "
                  "policy list {}` shows what it matches",
                  name, name)};
}

}  // namespace glimpse::cli
