#include "plugin/unit.h"

#include <memory>

namespace glimpse::plugin {
namespace {
std::unique_ptr<Unit> unit;
}  // namespace

Unit* current_unit() { return unit.get(); }

Unit& start_unit() {
  unit = std::make_unique<Unit>();
  return *unit;
}

}  // namespace glimpse::plugin
