// One translation unit on its way through the compiler: what the AST half found out and the pass half acts upon.
//
// Clang makes both halves from one shared object and gives them nothing in common; this is what they share. It lives
// from the creation of the AST consumer until the compiler exits or starts another unit.
//
// Threads: one, the compiler's.
#pragma once

#include <string>

#include "plugin/arguments.h"
#include "plugin/facts.h"
#include "policy/policy.h"

namespace glimpse::plugin {

struct Unit {
  Arguments arguments;
  std::string source;  // the main file, as the command line names it
  policy::Policy policy;
  std::string policy_text;         // empty for the built-in policy
  bool clang_instruments = false;  // -finstrument-functions, or its kin, was given
  Facts facts;
};

// Null where no unit is under way: the pass half then leaves everything alone.
Unit* current_unit();

// Ends the unit before, if any, and starts one.
Unit& start_unit();

}  // namespace glimpse::plugin
