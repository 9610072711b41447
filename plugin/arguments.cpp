#include "plugin/arguments.h"

#include <array>
#include <string_view>

#include "policy/nearest.h"
#include "policy/quote.h"

namespace glimpse::plugin {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"policy", "mode", "binary", "report"};

Error wrong(const std::string& what) { return Error{"-fplugin-arg-glimpse-" + what}; }

Error unknown(const std::string& name) {
  const std::string_view near = policy::nearest(name, kNames);
  const std::string hint =
      near.empty() ? "; allowed are policy, mode, binary and report" : "; did you mean \"" + std::string(near) + "\"?";
  return wrong(name + ": unknown argument" + hint);
}

}  // namespace

Result<Arguments> parse_arguments(const std::vector<std::string>& words) {
  Arguments arguments;
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const bool has_value = equals != std::string::npos;
    const std::string value = has_value ? word.substr(equals + 1) : "";
    if (name == "report") {
      arguments.report = value;
      continue;
    }
    if (name != "policy" && name != "mode" && name != "binary") return unknown(name);
    if (value.empty()) return wrong(name + " needs a value: -fplugin-arg-glimpse-" + name + "=VALUE");
    if (name == "policy") {
      arguments.policy = value;
    } else if (name == "binary") {
      arguments.binary = value;
    } else if (value == "filter" || value == "native") {
      arguments.mode = value == "native" ? Mode::kNative : Mode::kFilter;
    } else {
      return wrong("mode must be filter or native, got " + policy::quoted(value));
    }
  }
  return arguments;
}

}  // namespace glimpse::plugin
