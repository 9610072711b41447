#include "plugin/policy_file.h"

#include <clang/Basic/SourceManager.h>
#include <clang/Lex/Preprocessor.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/Path.h>

#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "plugin/clang_versions.h"
#include "policy/discovery.h"
#include "policy/parser.h"

namespace glimpse::plugin {
namespace {

// Where the search starts: the main file's folder, or the working directory for standard input.
std::string source_folder(clang::CompilerInstance& compiler) {
  const auto& inputs = compiler.getFrontendOpts().Inputs;
  llvm::SmallString<256> path;
  if (!inputs.empty() && inputs.front().isFile()) path = inputs.front().getFile();
  if (path == "-") path.clear();
  llvm::sys::fs::make_absolute(path);
  if (!inputs.empty() && !path.empty() && !llvm::sys::fs::is_directory(path)) llvm::sys::path::remove_filename(path);
  return std::string(path);
}

// `path:line:column: what is wrong`, taken apart.
struct Complaint {
  unsigned line = 0;
  unsigned column = 0;
  std::string what;
};

Complaint take_apart(const std::string& message, const std::string& path) {
  Complaint complaint{0, 0, message};
  llvm::StringRef rest = message;
  if (!rest.consume_front(path + ":")) return complaint;
  unsigned line = 0;
  unsigned column = 0;
  if (!rest.consumeInteger(10, line) && rest.consume_front(":") && !rest.consumeInteger(10, column) &&
      rest.consume_front(": ")) {
    return {line, column, rest.str()};
  }
  return complaint;
}

void report(clang::CompilerInstance& compiler, const Error& error, const std::string& path, const MaybeFile& file) {
  clang::DiagnosticsEngine& diagnostics = compiler.getDiagnostics();
  const Complaint complaint = take_apart(error.message, path);
  clang::SourceLocation place;
  if (file && complaint.line != 0) {
    clang::SourceManager& sources = compiler.getSourceManager();
    const clang::FileID id = sources.createFileID(*file, clang::SourceLocation(), clang::SrcMgr::C_User);
    place = sources.translateLineCol(id, complaint.line, complaint.column);
  }
  const unsigned kind = diagnostics.getCustomDiagID(clang::DiagnosticsEngine::Error, "%0");
  diagnostics.Report(place, kind) << (place.isValid() ? complaint.what : error.message);
}

}  // namespace

bool read_policy(clang::CompilerInstance& compiler, Unit& unit) {
  std::string named = unit.arguments.policy;
  const char* environment = std::getenv("GLIMPSE_POLICY");
  if (named.empty() && environment != nullptr) named = environment;
  const std::string path = policy::discover_path(named, {source_folder(compiler)});
  if (path.empty()) {
    unit.policy = policy::built_in_policy();
    return true;
  }
  const MaybeFile file = find_file(compiler.getFileManager(), path);
  policy::Report result = policy::check_file(path);
  for (const Error& error : result.errors) report(compiler, error, path, file);
  if (!result.errors.empty()) return false;
  unit.policy = std::move(result.policy);
  if (!file) return true;

  if (auto text = compiler.getFileManager().getBufferForFile(*file)) unit.policy_text = (*text)->getBuffer().str();
  if (compiler.hasPreprocessor() && compiler.getPreprocessor().getPPCallbacks() != nullptr) {
    compiler.getPreprocessor().getPPCallbacks()->HasInclude(clang::SourceLocation(), path, false, file,
                                                            clang::SrcMgr::C_User);
  }
  return true;
}

}  // namespace glimpse::plugin
