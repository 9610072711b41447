// What a policy asks for that a program was compiled without.
//
// The compiler plugin leaves excluded functions without hooks, so a policy that is in force later can only narrow what
// was compiled. Whether it asks for more is first read off the entries; where that is possible, the program's functions
// are looked at, one by one. Only what is surely missing counts: a program's parts may have been compiled by different
// policies, and then a function is missing where none of them asked for it.
//
// Threads: one thread uses a Coverage. Failure: none.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "policy/policy.h"

namespace glimpse::policy {

class Coverage {
 public:
  // Both must outlive this object. `compiled` must not be empty.
  Coverage(const std::vector<Policy>& compiled, const Policy& in_force);

  // What may be missing, by the entries alone: those of the policy in force that no compiled policy surely serves.
  const std::vector<const Pattern*>& doubtful_entries() const { return doubtful_; }
  // The policy in force asks for everything, and no compiled policy did.
  bool everything_is_doubtful() const { return everything_doubtful_; }

  // Looks at a function of the program.
  void see(const Function& function);

  // Whether looking at more functions can tell more.
  bool open() const { return missing_.size() < doubtful_.size() + (everything_doubtful_ ? 1 : 0); }

  struct Missing {
    const Pattern* entry = nullptr;  // of the policy in force; null: that it asks for everything
    std::string example;             // a function that is asked for and was not compiled to be recorded
  };
  // Each entry once, in the order of the functions.
  const std::vector<Missing>& missing() const { return missing_; }

 private:
  const std::vector<Policy>& compiled_;
  const Policy& in_force_;
  std::vector<const Pattern*> doubtful_;
  bool everything_doubtful_ = false;
  std::vector<Missing> missing_;
};

}  // namespace glimpse::policy
