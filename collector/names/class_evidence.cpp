#include "collector/names/class_evidence.h"

#include <functional>

namespace glimpse::collector {

ClassEvidence::ClassEvidence() : scopes_{{0, false, {}}}, slots_(1024, 0) {}

bool ClassEvidence::is_class(const std::vector<std::string_view>& path) const {
  Id scope = 0;
  for (const std::string_view name : path) {
    scope = slots_[slot(scope, name)];
    if (scope == 0) return false;
  }
  return scopes_[scope].is_class;
}

ClassEvidence::Id ClassEvidence::child(Id parent, std::string_view name) {
  std::size_t at = slot(parent, name);
  if (slots_[at] == 0) {
    if (scopes_.size() * 2 >= slots_.size()) {
      grow();
      at = slot(parent, name);
    }
    slots_[at] = static_cast<Id>(scopes_.size());
    scopes_.push_back({parent, false, name});
  }
  return slots_[at];
}

std::size_t ClassEvidence::hash(Id parent, std::string_view name) {
  return std::hash<std::string_view>{}(name) ^ (parent * 0x9E3779B97F4A7C15ULL);
}

// The slot of that scope, or the free one where it would stand.
std::size_t ClassEvidence::slot(Id parent, std::string_view name) const {
  std::size_t at = hash(parent, name) & (slots_.size() - 1);
  while (slots_[at] != 0 && (scopes_[slots_[at]].parent != parent || scopes_[slots_[at]].name != name)) {
    at = (at + 1) & (slots_.size() - 1);
  }
  return at;
}

void ClassEvidence::grow() {
  slots_.assign(slots_.size() * 4, 0);
  for (Id id = 1; id < scopes_.size(); ++id) slots_[slot(scopes_[id].parent, scopes_[id].name)] = id;
}

}  // namespace glimpse::collector
