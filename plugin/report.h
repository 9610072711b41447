// `-fplugin-arg-glimpse-report`: which functions of the unit are traced, and why.
//
//   app.cpp: glimpse: + app::run(int)  package_trees "app" (line 4)
//   app.cpp: glimpse: - app::detail::f()  exclude_modules "app::detail" (line 5)
//   app.cpp: glimpse: 1 of 2 functions traced, by /home/me/app/glimpse-policy.json
//
// Written in one piece, so that compilers at work side by side do not mix their lines. Failure: a file that cannot be
// written gives one warning.
#pragma once

#include <string>

#include "plugin/choice.h"
#include "plugin/unit.h"

namespace glimpse::plugin {

class Report {
 public:
  explicit Report(const Unit& unit) : unit_(unit) {}

  void add(const Choice& choice);

  // Writes what was added, where a report was asked for.
  void finish();

 private:
  const Unit& unit_;
  std::string text_;
  unsigned traced_ = 0;
  unsigned all_ = 0;
};

}  // namespace glimpse::plugin
