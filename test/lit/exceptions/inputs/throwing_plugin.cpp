// A plugin with a type of its own, opened where nobody else sees its names.
#include <exception>

namespace plugin {
struct Failure : std::exception {
  const char* what() const noexcept override { return "of the plugin's own type"; }
};

[[gnu::noinline]] void deep() { throw Failure(); }
}  // namespace plugin

extern "C" void plugin_entry(void (*back)()) {
  if (back != nullptr) back();
  plugin::deep();
}
