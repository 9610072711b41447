#include "collector/names/mangled_reader.h"

#include <algorithm>

namespace glimpse::collector {
namespace {

constexpr std::string_view kAnonymous = "(anonymous namespace)";

bool one_of(char c, std::string_view set) { return c != '\0' && set.find(c) != std::string_view::npos; }

}  // namespace

void MangledReader::read(std::string_view symbol) {
  if (!symbol.starts_with("_Z")) return;
  rest_ = symbol.substr(2);
  substitution_count_ = 0;
  nesting_ = 0;
  encoding();
}

// <encoding> ::= <name> [<return type>] <parameter types>
bool MangledReader::encoding() {
  return nested([this] { return name_and_types(); });
}

bool MangledReader::name_and_types() {
  if (look() == 'T' || look() == 'G') return special_name();
  Entity entity = kGlobal;
  if (!name(entity)) return false;
  while (!end_of_encoding()) {
    if (!type()) return false;
  }
  return true;
}

bool MangledReader::special_name() {
  Entity entity = kGlobal;
  if (take("TV") || take("TT") || take("TI") || take("TS")) return type();
  if (take("TW") || take("TH") || take("GV")) return name(entity);
  if (take("TC")) {
    if (!type()) return false;
    skip_digits();
    return take('_') && type();
  }
  if (take("Tc")) return call_offset() && call_offset() && encoding();
  return take('T') && call_offset() && encoding();
}

bool MangledReader::call_offset() {
  const auto number = [this] {
    take('n');
    skip_digits();
    return take('_');
  };
  if (take('h')) return number();
  return take('v') && number() && number();
}

bool MangledReader::name(Entity& entity) {
  if (look() == 'N') return nested_name(entity);
  if (look() == 'Z') {
    entity = kOpaque;
    return local_name();
  }
  if (look() == 'S' && look(1) != 't') {
    bool abbreviation = false;
    if (!substitution(entity, abbreviation) || look() != 'I') return false;
  } else {
    entity = take("St") ? Entity{0, "std", true} : kGlobal;
    if (!unqualified_name(entity)) return false;
    if (look() == 'I') remember(entity);
  }
  if (look() != 'I') return true;
  entity = kOpaque;
  return template_arguments();
}

// <nested-name> ::= N [<qualifiers>] <prefix> <unqualified-name> E, where each prefix can be substituted later.
bool MangledReader::nested_name(Entity& entity) {
  take('N');
  bool member = take('H');
  while (take('r') || take('V') || take('K')) member = true;
  if (take('O') || take('R')) member = true;

  entity = kGlobal;
  Entity scope = kGlobal;
  while (!take('E')) {
    bool abbreviation = false;
    if (look() == 'S') {
      if (take("St")) {
        entity = {0, "std", true};
      } else if (!substitution(entity, abbreviation)) {
        return false;
      }
      continue;
    }
    if (look() == 'T') {
      if (!template_parameter()) return false;
      entity = kOpaque;
    } else if (look() == 'I') {
      if (!template_arguments()) return false;
      entity = kOpaque;
    } else {
      scope = entity;
      if (!unqualified_name(entity)) return false;
    }
    remember(entity);
    if (take('M')) is_class(entity);  // a variable, with a lambda in its initializer: no namespace either
  }
  if (substitution_count_ > 0) --substitution_count_;
  if (member) is_class(scope);
  return true;
}

bool MangledReader::local_name() {
  Entity entity = kGlobal;
  if (!take('Z') || !encoding() || !take('E')) return false;
  if (take('s')) {
    discriminator();
    return true;
  }
  if (take('d')) {
    take('n');
    skip_digits();
    return take('_') && name(entity);
  }
  if (!name(entity)) return false;
  discriminator();
  return true;
}

// From a scope to the entity in it.
bool MangledReader::unqualified_name(Entity& entity) {
  if (take('F')) is_class(entity);
  take('L');
  if (digit()) {
    std::string_view identifier;
    if (!source_name(identifier)) return false;
    entity = inside(entity, identifier);
    return abi_tags();
  }
  const Entity scope = entity;
  entity = kOpaque;
  if (look() == 'U') return unnamed_type() && abi_tags();
  if (take('C')) {
    is_class(scope);
    const bool inherited = take('I');
    if (!one_of(look(), "12345")) return false;
    rest_.remove_prefix(1);
    Entity base = kGlobal;
    return (!inherited || name(base)) && abi_tags();
  }
  if (look() == 'D' && one_of(look(1), "01245")) {
    is_class(scope);
    rest_.remove_prefix(2);
    return abi_tags();
  }
  return operator_name(scope) && abi_tags();
}

bool MangledReader::unnamed_type() {
  if (take("Ul")) {
    if (!types_until_end()) return false;
  } else if (!take("Ut")) {
    return false;
  }
  skip_digits();
  return take('_');
}

bool MangledReader::operator_name(const Entity& scope) {
  if (take("cv")) {
    is_class(scope);
    return type();
  }
  std::string_view identifier;
  if (take("li")) return source_name(identifier);
  if (look() < 'a' || look() > 'z' || !(one_of(look(1), "SLROMX") || (look(1) >= 'a' && look(1) <= 'z'))) return false;
  const std::string_view code = rest_.substr(0, 2);
  if (code == "aS" || code == "cl" || code == "ix" || code == "pt") is_class(scope);
  rest_.remove_prefix(2);
  return true;
}

bool MangledReader::source_name(std::string_view& identifier) {
  std::size_t length = 0;
  while (digit()) {
    length = length * 10 + static_cast<std::size_t>(look() - '0');
    rest_.remove_prefix(1);
    if (length > rest_.size()) return false;
  }
  if (length == 0) return false;
  identifier = rest_.substr(0, length);
  if (identifier.starts_with("_GLOBAL__N")) identifier = kAnonymous;
  rest_.remove_prefix(length);
  return true;
}

bool MangledReader::abi_tags() {
  std::string_view tag;
  while (take('B')) {
    if (!source_name(tag)) return false;
  }
  return true;
}

void MangledReader::discriminator() {
  if (!take('_')) return;
  if (take('_')) {
    skip_digits();
    take('_');
  } else if (digit()) {
    rest_.remove_prefix(1);
  }
}

bool MangledReader::type() {
  return nested([this] { return type_of_any_kind(); });
}

bool MangledReader::type_of_any_kind() {
  switch (look()) {
    case 'r':
    case 'V':
    case 'K':
      return qualified_type();
    case 'P':
    case 'R':
    case 'O':
    case 'C':
    case 'G':
      rest_.remove_prefix(1);
      return type() && remember(kOpaque);
    case 'F':
      return function_type() && remember(kOpaque);
    case 'A':
      rest_.remove_prefix(1);
      skip_digits();
      return take('_') && type() && remember(kOpaque);
    case 'M':
      rest_.remove_prefix(1);
      return type() && type() && remember(kOpaque);
    case 'T':
      if (one_of(look(1), "sue")) {
        rest_.remove_prefix(2);
        return named_type();
      }
      if (!template_parameter()) return false;
      remember(kOpaque);
      return look() != 'I' || (template_arguments() && remember(kOpaque));
    case 'S':
      return look(1) == 't' ? named_type() : substituted_type();
    case 'D':
      return extended_type();
    case 'u': {
      rest_.remove_prefix(1);
      std::string_view identifier;
      return source_name(identifier) && (look() != 'I' || template_arguments()) && remember(kOpaque);
    }
    default:
      if (digit() || look() == 'N' || look() == 'Z') return named_type();
      if (!one_of(look(), "vwbcahstijlmxynofdegz")) return false;
      rest_.remove_prefix(1);
      return true;
  }
}

bool MangledReader::qualified_type() {
  while (take('r') || take('V') || take('K')) {
  }
  return (look() == 'F' ? function_type() : type()) && remember(kOpaque);
}

// A name where a type stands is a class or an enumeration.
bool MangledReader::named_type() {
  Entity entity = kGlobal;
  if (!name(entity)) return false;
  is_class(entity);
  return remember(entity);
}

bool MangledReader::function_type() {
  take("Do");
  if (!take('F')) return false;
  take('Y');
  while (!take('E')) {
    if (take("RE") || take("OE")) return true;
    if (!type()) return false;
  }
  return true;
}

bool MangledReader::extended_type() {
  if (one_of(look(1), "defhisuacn")) {
    rest_.remove_prefix(2);
    return true;
  }
  if (take("Dp")) return type() && remember(kOpaque);
  return look(1) == 'o' && function_type() && remember(kOpaque);
}

// <substitution> ::= S_ | S <base 36> _ | Sa | Sb | Ss | Si | So | Sd
bool MangledReader::substitution(Entity& entity, bool& abbreviation) {
  take('S');
  entity = kOpaque;
  abbreviation = one_of(look(), "absiod");
  if (abbreviation) {
    rest_.remove_prefix(1);
    return look() != 'B' || (abi_tags() && remember(kOpaque));
  }
  std::size_t index = 0;
  if (look() != '_') {
    for (; digit() || (look() >= 'A' && look() <= 'Z'); rest_.remove_prefix(1)) {
      index = index * 36 + static_cast<std::size_t>(digit() ? look() - '0' : look() - 'A' + 10);
      if (index > substitution_count_) return false;
    }
    ++index;
  }
  if (!take('_') || index >= substitution_count_) return false;
  if (index < kMaxSubstitutions) entity = substitutions_[index];
  return true;
}

bool MangledReader::substituted_type() {
  Entity entity = kGlobal;
  bool abbreviation = false;
  if (!substitution(entity, abbreviation)) return false;
  if (look() != 'I') return true;
  return template_arguments() && remember(kOpaque);
}

bool MangledReader::template_parameter() {
  take('T');
  skip_digits();
  return take('_');
}

bool MangledReader::template_arguments() {
  if (!take('I')) return false;
  while (!take('E')) {
    if (!template_argument()) return false;
  }
  return true;
}

bool MangledReader::template_argument() {
  return nested([this] { return template_argument_of_any_kind(); });
}

bool MangledReader::template_argument_of_any_kind() {
  if (look() == 'L') return literal();
  if (take("Ty")) return template_argument();
  if (take("Tn")) return type() && template_argument();
  if (!take('J')) return type();
  while (!take('E')) {
    if (!template_argument()) return false;
  }
  return true;
}

bool MangledReader::literal() {
  if (take("L_Z") || take("LZ")) return encoding() && take('E');
  if (!take('L') || !type()) return false;
  while (one_of(look(), "0123456789abcdefn_")) rest_.remove_prefix(1);
  return take('E');
}

bool MangledReader::types_until_end() {
  while (!take('E')) {
    if (!type()) return false;
  }
  return true;
}

void MangledReader::is_class(const Entity& entity) {
  if (entity.plain && !entity.name.empty()) evidence_.mark(evidence_.child(entity.scope, entity.name));
}

MangledReader::Entity MangledReader::inside(const Entity& scope, std::string_view identifier) {
  if (!scope.plain) return kOpaque;
  return {scope.name.empty() ? 0 : evidence_.child(scope.scope, scope.name), identifier, true};
}

bool MangledReader::remember(const Entity& entity) {
  if (substitution_count_ < kMaxSubstitutions) substitutions_[substitution_count_] = entity;
  ++substitution_count_;
  return true;
}

bool MangledReader::take(char c) {
  if (look() != c || rest_.empty()) return false;
  rest_.remove_prefix(1);
  return true;
}

bool MangledReader::take(std::string_view text) {
  if (!rest_.starts_with(text)) return false;
  rest_.remove_prefix(text.size());
  return true;
}

void MangledReader::skip_digits() {
  while (digit()) rest_.remove_prefix(1);
}

bool MangledReader::end_of_encoding() const { return rest_.empty() || one_of(look(), "E._"); }

}  // namespace glimpse::collector
