// Reads mangled names for what they say about scopes, and nothing else.
//
// A walk over the grammar of the Itanium C++ ABI, section 5.1 ("External Names"), that keeps the table of
// substitutions, because most types are written as one (`NS_5QueryE`). No tree is built: a name is followed as
// {scope, last identifier}, and a scope gets its number when something needs it. What names do not need (expressions,
// mostly) ends the reading of that one symbol; what was learned before counts.
//
// Threads: one at a time. Failure: none; what is no mangled name says nothing.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "collector/names/class_evidence.h"

namespace glimpse::collector {

class MangledReader {
 public:
  explicit MangledReader(ClassEvidence& evidence) : evidence_(evidence) {}

  // Learns from one symbol of any kind. Its characters must outlive the evidence.
  void read(std::string_view symbol);

 private:
  // An entity by its scope and its own identifier; not plain where template arguments, a function, a lambda or
  // anything else but identifiers stand in its path.
  struct Entity {
    ClassEvidence::Id scope = 0;
    std::string_view name;
    bool plain = false;
  };
  static constexpr Entity kGlobal{0, {}, true};
  static constexpr Entity kOpaque{0, {}, false};

  // Each reads one production and says whether it was understood.
  bool encoding();
  bool name_and_types();
  bool special_name();
  bool call_offset();
  bool name(Entity& entity);
  bool nested_name(Entity& entity);
  bool local_name();
  bool unqualified_name(Entity& entity);
  bool unnamed_type();
  bool operator_name(const Entity& scope);
  bool source_name(std::string_view& identifier);
  bool abi_tags();
  void discriminator();
  bool type();
  bool type_of_any_kind();
  bool qualified_type();
  bool named_type();
  bool function_type();
  bool extended_type();
  bool substitution(Entity& entity, bool& abbreviation);
  bool substituted_type();
  bool template_parameter();
  bool template_arguments();
  bool template_argument();
  bool template_argument_of_any_kind();
  bool literal();
  bool types_until_end();

  // Bounds the recursion, for names made to exhaust the stack.
  template <typename Read>
  bool nested(Read read) {
    if (nesting_ >= kMaxNesting) return false;
    ++nesting_;
    const bool understood = read();
    --nesting_;
    return understood;
  }

  void is_class(const Entity& entity);
  Entity inside(const Entity& scope, std::string_view identifier);
  bool remember(const Entity& entity);

  char look(std::size_t ahead = 0) const { return ahead < rest_.size() ? rest_[ahead] : '\0'; }
  bool digit(std::size_t ahead = 0) const { return look(ahead) >= '0' && look(ahead) <= '9'; }
  bool take(char c);
  bool take(std::string_view text);
  void skip_digits();
  bool end_of_encoding() const;

  static constexpr std::size_t kMaxSubstitutions = 256;
  static constexpr unsigned kMaxNesting = 200;

  ClassEvidence& evidence_;
  std::string_view rest_;
  std::array<Entity, kMaxSubstitutions> substitutions_{};  // those past the end are opaque
  std::size_t substitution_count_ = 0;
  unsigned nesting_ = 0;
};

}  // namespace glimpse::collector
