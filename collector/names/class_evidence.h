// Which scopes are classes, by what a binary's symbols say.
//
// `a::b::f()` does not tell whether b is a class. Other symbols do: `b` has a constructor, a vtable or typeinfo; a
// function takes a `b`; a member is const or is an operator only classes have. A scope without any such sign counts as
// a namespace: a class with nothing but static functions, never passed, never constructed out of line, is taken for
// one where there is no debug information.
//
// A MangledReader fills it, from every symbol of the binary once.
//
// Threads: one at a time. Failure: none.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace glimpse::collector {

class ClassEvidence {
 public:
  ClassEvidence();

  // Whether the scope with this path, outermost first, is known to be a class.
  bool is_class(const std::vector<std::string_view>& path) const;

  // For the reader: a path as a number. 0 is the global scope. The characters of `name` must outlive this.
  using Id = std::uint32_t;
  Id child(Id parent, std::string_view name);
  void mark(Id scope) { scopes_[scope].is_class = true; }

 private:
  struct Scope {
    Id parent;
    bool is_class;
    std::string_view name;
  };
  static std::size_t hash(Id parent, std::string_view name);
  std::size_t slot(Id parent, std::string_view name) const;
  void grow();

  std::vector<Scope> scopes_;
  std::vector<Id> slots_;  // open addressing; 0 is free
};

}  // namespace glimpse::collector
