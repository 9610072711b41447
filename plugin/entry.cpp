// How Clang gets to know the plugin, which is two plugins in one file: an AST action, found by its name `glimpse` when
// the file is loaded with -fplugin, and a pass plugin, which that action adds to the compiler's list.
#include <clang/AST/ASTConsumer.h>
#include <clang/Frontend/CompilerInstance.h>
#include <clang/Frontend/FrontendPluginRegistry.h>
#include <dlfcn.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Passes/PassPlugin.h>

#include "plugin/clang_versions.h"
#include "plugin/filter.h"
#include "plugin/native.h"
#include "plugin/native_code.h"
#include "plugin/policy_file.h"
#include "plugin/source_facts.h"
#include "plugin/unit.h"

namespace glimpse::plugin {
namespace {

class Consumer final : public clang::ASTConsumer {
 public:
  explicit Consumer(Unit& unit) : unit_(unit) {}

  void HandleTranslationUnit(clang::ASTContext& context) override {
    if (!context.getDiagnostics().hasErrorOccurred()) collect_facts(context, unit_);
  }

 private:
  Unit& unit_;
};

class Action final : public clang::PluginASTAction {
 public:
  ActionType getActionType() override { return AddBeforeMainAction; }

  bool ParseArgs(const clang::CompilerInstance& compiler, const std::vector<std::string>& words) override {
    clang::DiagnosticsEngine& diagnostics = compiler.getDiagnostics();
    const unsigned error = diagnostics.getCustomDiagID(clang::DiagnosticsEngine::Error, "%0");
    if (!right_clang()) {
      diagnostics.Report(error) << "GlimpsePlugin-" GLIMPSE_CLANG_VERSION ".so is for Clang " GLIMPSE_CLANG_VERSION
                                   ", and this is " +
                                       clang::getClangFullVersion();
      return false;
    }
    Result<Arguments> arguments = parse_arguments(words);
    if (!arguments) {
      diagnostics.Report(error) << arguments.error().message;
      return false;
    }
    arguments_ = std::move(*arguments);
    return true;
  }

  std::unique_ptr<clang::ASTConsumer> CreateASTConsumer(clang::CompilerInstance& compiler,
                                                        llvm::StringRef file) override {
    Unit& unit = start_unit();
    unit.arguments = arguments_;
    unit.source = file.str();
    clang::CodeGenOptions& options = compiler.getCodeGenOpts();
    unit.clang_instruments =
        options.InstrumentFunctions || options.InstrumentFunctionsAfterInlining || options.InstrumentFunctionEntryBare;
    if (read_policy(compiler, unit)) options.PassPlugins.push_back(own_path());
    return std::make_unique<Consumer>(unit);
  }

 private:
  static std::string own_path() {
    Dl_info info{};
    return dladdr(reinterpret_cast<const void*>(&own_path), &info) != 0 ? info.dli_fname : "";
  }
  // The plugin of another version as a rule does not load at all, because symbols are missing.
  static bool right_clang() {
    return clang::getClangFullVersion().find("version " GLIMPSE_CLANG_VERSION ".") != std::string::npos;
  }

  Arguments arguments_;
};

void add_passes(llvm::PassBuilder& builder) {
  Unit* unit = current_unit();
  if (unit == nullptr) return;
  const bool native = unit->arguments.mode == Mode::kNative;
  builder.registerPipelineStartEPCallback([unit, native](llvm::ModulePassManager& passes, auto) {
    if (native) return passes.addPass(NativePass(*unit));
    passes.addPass(FilterPass(*unit));
  });
  if (!native) return;
  builder.registerOptimizerLastEPCallback(
      [](llvm::ModulePassManager& passes, auto) { passes.addPass(NativeCodePass()); });
}

}  // namespace
}  // namespace glimpse::plugin

static const clang::FrontendPluginRegistry::Add<glimpse::plugin::Action> registration(
    "glimpse", "traces the functions that glimpse-policy.json names");

extern "C" LLVM_ATTRIBUTE_WEAK __attribute__((visibility("default"))) llvm::PassPluginLibraryInfo
llvmGetPassPluginInfo() {
  return {LLVM_PLUGIN_API_VERSION, "glimpse", LLVM_VERSION_STRING, glimpse::plugin::add_passes};
}
