#include "policy/demangle.h"

#include <llvm/Demangle/ItaniumDemangle.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <memory>
#include <type_traits>
#include <utility>

namespace glimpse::policy {
namespace {

namespace tree = llvm::itanium_demangle;

// What nobody writes by hand and no compiler needs: past these a symbol keeps its mangled name.
constexpr std::size_t kMaxNesting = 512;
constexpr std::uint64_t kMaxPrinted = 1 << 20;
constexpr unsigned kMaxForwardReferences = 16;

// Memory for one tree, which also bounds what printing it can cost: a substitution is written once and printed often,
// so a name of a hundred bytes could print gigabytes. Each node knows how much it prints at most.
class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  void reset() {}

  template <typename T, typename... Args>
  T* makeNode(Args&&... args) {
    if constexpr (std::is_same_v<T, tree::ForwardTemplateReference>) {
      if (++forward_references_ > kMaxForwardReferences) return nullptr;
    }
    const std::uint64_t printed = printed_by<T>(args...);
    if (printed > kMaxPrinted) return nullptr;
    char* memory = allocate(kHeader + sizeof(T));
    new (memory) std::uint64_t(printed);
    if constexpr (std::is_same_v<T, tree::FunctionEncoding>) {
      return encoding_without_return_type(memory + kHeader, std::forward<Args>(args)...);
    } else {
      return new (memory + kHeader) T(std::forward<Args>(args)...);
    }
  }

  // Never null, not even for none.
  void* allocateNodeArray(std::size_t size) { return allocate((size == 0 ? 1 : size) * sizeof(tree::Node*)); }

 private:
  static constexpr std::size_t kHeader = alignof(std::max_align_t);
  static constexpr std::size_t kBlock = 4096;

  // A name starts with its namespace, also where it is a template's.
  template <typename Return, typename... Rest>
  static tree::FunctionEncoding* encoding_without_return_type(void* memory, Return&&, Rest&&... rest) {
    return new (memory) tree::FunctionEncoding(nullptr, std::forward<Rest>(rest)...);
  }

  template <typename Argument>
  static std::uint64_t size_of(const Argument& argument) {
    if constexpr (std::is_convertible_v<Argument, const tree::Node*>) {
      const tree::Node* node = argument;
      return node == nullptr ? 0
                             : *reinterpret_cast<const std::uint64_t*>(reinterpret_cast<const char*>(node) - kHeader);
    } else if constexpr (std::is_same_v<Argument, tree::NodeArray>) {
      std::uint64_t sum = 0;
      for (const tree::Node* node : argument) sum += size_of(node) + 2;
      return sum;
    } else if constexpr (requires { argument.size(); }) {
      return argument.size();
    } else {
      return 0;
    }
  }

  template <typename T, typename... Args>
  std::uint64_t printed_by(const Args&... args) {
    std::uint64_t printed = 16;
    ((printed += size_of(args)), ...);
    // An expansion prints its pattern once for each element of a pack.
    if constexpr (std::is_same_v<T, tree::ParameterPack>) {
      ((largest_pack_ = std::max<std::uint64_t>(largest_pack_, args.size())), ...);
    } else if constexpr (std::is_same_v<T, tree::ParameterPackExpansion>) {
      printed *= largest_pack_;
    }
    return printed;
  }

  char* allocate(std::size_t size) {
    size = (size + kHeader - 1) & ~(kHeader - 1);
    if (size > left_) {
      left_ = std::max(size, kBlock);
      blocks_.push_back(std::make_unique_for_overwrite<char[]>(left_));
      next_ = blocks_.back().get();
    }
    char* memory = next_;
    next_ += size;
    left_ -= size;
    return memory;
  }

  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  std::size_t left_ = 0;
  std::uint64_t largest_pack_ = 1;
  unsigned forward_references_ = 0;
};

// LLVM's parser with a bound on its recursion.
class Parser : public tree::AbstractManglingParser<Parser, Arena> {
  using Base = tree::AbstractManglingParser<Parser, Arena>;

 public:
  explicit Parser(std::string_view symbol) : Base(symbol.data(), symbol.data() + symbol.size()) {}

  tree::Node* parseType() {
    return nested([this] { return Base::parseType(); });
  }
  tree::Node* parseExpr() {
    return nested([this] { return Base::parseExpr(); });
  }
  tree::Node* parseTemplateArg() {
    return nested([this] { return Base::parseTemplateArg(); });
  }
  tree::Node* parseName(NameState* state = nullptr) {
    return nested([&] { return Base::parseName(state); });
  }
  tree::Node* parseEncoding(bool parameters = true) {
    return nested([&] { return Base::parseEncoding(parameters); });
  }

  // LLVM writes a constraint's parameters by their number, `T_`, and so also what the rest of the name takes from it as
  // a substitution: `f<int>(T)`. Where one list of arguments is all there is, its parameters are known.
  tree::Node* parseTemplateParam() {
    if (!InConstraintExpr || argument_lists_ != 1) return Base::parseTemplateParam();
    const char* const before = First;
    InConstraintExpr = false;
    tree::Node* node = Base::parseTemplateParam();
    InConstraintExpr = true;
    if (node != nullptr) return node;
    First = before;
    return Base::parseTemplateParam();
  }
  tree::Node* parseTemplateArgs(bool of_the_name = false) {
    if (of_the_name) ++argument_lists_;
    return Base::parseTemplateArgs(of_the_name);
  }

 private:
  template <typename Parse>
  tree::Node* nested(Parse parse) {
    if (depth_ >= kMaxNesting) return nullptr;
    ++depth_;
    tree::Node* node = parse();
    --depth_;
    return node;
  }

  std::size_t depth_ = 0;
  unsigned argument_lists_ = 0;  // that T_ may stand for: of the name itself, not of its parameters' types
};

std::string print(const tree::Node& node) {
  tree::OutputBuffer out;
  node.print(out);
  std::string text(out.getBuffer(), out.getCurrentPosition());
  std::free(out.getBuffer());
  return text;
}

// The path to an entity: its scopes and, last, itself.
class Path {
 public:
  void add(const tree::Node* node) {
    switch (node->getKind()) {
      case tree::Node::KNameType:
        add_name(static_cast<const tree::NameType*>(node)->getName());
        break;
      case tree::Node::KNestedName:
        of<tree::NestedName>(node, [this](const tree::Node* scope, const tree::Node* name) { add(scope), add(name); });
        break;
      case tree::Node::KMemberLikeFriendName:
        of<tree::MemberLikeFriendName>(node, [this](const tree::Node* scope, const tree::Node* name) {
          add(scope), last_is(ScopePart::kClass), add(name);
        });
        break;
      case tree::Node::KNameWithTemplateArgs:
        of<tree::NameWithTemplateArgs>(
            node, [this](const tree::Node* name, const tree::Node*) { add(name), last_is(ScopePart::kClass); });
        break;
      case tree::Node::KAbiTagAttr:
        of<tree::AbiTagAttr>(node, [this](const tree::Node* base, std::string_view) { add(base); });
        break;
      case tree::Node::KModuleEntity:
        of<tree::ModuleEntity>(node, [this](const tree::Node*, const tree::Node* name) { add(name); });
        break;
      case tree::Node::KGlobalQualifiedName:
        of<tree::GlobalQualifiedName>(node, [this](const tree::Node* child) { add(child); });
        break;
      case tree::Node::KDotSuffix:
        of<tree::DotSuffix>(node, [this](const tree::Node* prefix, std::string_view) { add(prefix); });
        break;
      case tree::Node::KSpecialName:
        of<tree::SpecialName>(node, [this](std::string_view, const tree::Node* child) { add(child); });
        break;
      case tree::Node::KFunctionEncoding:
        add_function(static_cast<const tree::FunctionEncoding&>(*node));
        break;
      case tree::Node::KLocalName:
        // What is local to a function belongs to that function's module: the function counts as a class here.
        of<tree::LocalName>(node, [this](const tree::Node* function, const tree::Node* entity) {
          add(function), last_is(ScopePart::kClass), add(entity);
        });
        break;
      case tree::Node::KSpecialSubstitution:
      case tree::Node::KExpandedSpecialSubstitution:  // std::string and its kin
        parts_.push_back({"std", ScopePart::kNamespace});
        parts_.push_back({"", ScopePart::kClass});
        break;
      case tree::Node::KCtorDtorName:
      case tree::Node::KConversionOperatorType:  // only classes have these
        last_is(ScopePart::kClass);
        [[fallthrough]];
      default:  // lambdas, unnamed types, template parameters: never a namespace
        parts_.push_back({"", ScopePart::kClass});
    }
  }

  std::vector<ScopePart> scopes() && {
    if (!parts_.empty()) parts_.pop_back();
    const auto outermost_class = std::find_if(parts_.begin(), parts_.end(),
                                              [](const ScopePart& part) { return part.kind == ScopePart::kClass; });
    if (outermost_class != parts_.end()) parts_.erase(outermost_class + 1, parts_.end());
    return std::move(parts_);
  }

 private:
  template <typename T, typename Visit>
  static void of(const tree::Node* node, Visit visit) {
    static_cast<const T*>(node)->match(visit);
  }

  void last_is(ScopePart::Kind kind) {
    if (!parts_.empty()) parts_.back().kind = kind;
  }

  void add_name(std::string_view name) {
    static constexpr std::array<std::string_view, 4> kMembersOnly{"operator=", "operator()", "operator[]",
                                                                  "operator->"};
    if (std::find(kMembersOnly.begin(), kMembersOnly.end(), name) != kMembersOnly.end()) last_is(ScopePart::kClass);
    const bool outermost_std = parts_.empty() && name == "std";
    const bool space = outermost_std || name == "(anonymous namespace)";
    parts_.push_back({std::string(name), space ? ScopePart::kNamespace : ScopePart::kUnknown});
  }

  // `const`, `&` and an explicit `this` stand on members only.
  void add_function(const tree::FunctionEncoding& function) {
    add(function.getName());
    const tree::NodeArray parameters = function.getParams();
    const bool member = function.getCVQuals() != tree::QualNone || function.getRefQual() != tree::FrefQualNone ||
                        (!parameters.empty() && parameters[0]->getKind() == tree::Node::KExplicitObjectParameter);
    if (member && parts_.size() >= 2) parts_[parts_.size() - 2].kind = ScopePart::kClass;
  }

  std::vector<ScopePart> parts_;
};

// gcc outlines the body of the coroutine `_Z3foov` as `_Z3fooPZ3foovE14_Z3foov.Frame.actor`: a function of one
// parameter, a frame whose name holds the coroutine's own symbol. Empty where `symbol` is not such a one.
std::string_view coroutine_of(std::string_view symbol) {
  if (!symbol.ends_with(".actor") && !symbol.ends_with(".destroy")) return {};
  const std::size_t frame = symbol.rfind(".Frame");
  if (frame == std::string_view::npos) return {};
  const std::string_view before = symbol.substr(0, frame);
  for (std::size_t at = before.rfind("_Z"); at != std::string_view::npos && at > 0; at = before.rfind("_Z", at - 1)) {
    const std::string length = std::to_string(frame - at + std::string_view(".Frame").size());
    if (before.substr(0, at).ends_with(length)) return before.substr(at);
  }
  return {};
}

Demangled plain(std::string_view symbol) { return {std::string(symbol), {}}; }

// C's names are as the source has them; a file's start-up code is called after something in the file.
Demangled outside_the_grammar(std::string_view symbol) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kOfTheFile{
      {{"_GLOBAL__sub_I_", "global constructors keyed to "}, {"_GLOBAL__sub_D_", "global destructors keyed to "}}};
  for (const auto& [prefix, words] : kOfTheFile) {
    if (!symbol.starts_with(prefix)) continue;
    const std::string_view key = symbol.substr(prefix.size());
    return plain(std::string(words) + (key.starts_with("_Z") ? demangle(key).text : std::string(key)));
  }
  return plain(source_symbol(symbol));
}

}  // namespace

Demangled demangle(std::string_view symbol) {
  if (!symbol.starts_with("_Z") && !symbol.starts_with("___Z")) return outside_the_grammar(symbol);
  if (const std::string_view coroutine = coroutine_of(symbol); !coroutine.empty()) return demangle(coroutine);

  Parser parser(symbol);
  const tree::Node* node = parser.parse();
  if (node == nullptr) return plain(source_symbol(symbol));
  if (node->getKind() == tree::Node::KDotSuffix) {
    static_cast<const tree::DotSuffix*>(node)->match(
        [&](const tree::Node* prefix, std::string_view) { node = prefix; });
  }
  Path path;
  path.add(node);
  return {print(*node), std::move(path).scopes()};
}

std::string_view source_symbol(std::string_view symbol) {
  static constexpr std::array<std::string_view, 14> kSuffixes{"cold",   "part",       "isra",   "constprop", "lto_priv",
                                                              "llvm",   "localalias", "__uniq", "_omp_fn",   "resolver",
                                                              "resume", "destroy",    "actor",  "cleanup"};
  while (true) {
    std::size_t dot = symbol.rfind('.');
    if (dot == std::string_view::npos || dot == 0) return symbol;
    const std::string_view last = symbol.substr(dot + 1);
    const bool number = !last.empty() && last.find_first_not_of("0123456789") == std::string_view::npos;
    if (!number && std::find(kSuffixes.begin(), kSuffixes.end(), last) == kSuffixes.end()) return symbol;
    symbol = symbol.substr(0, dot);
  }
}

}  // namespace glimpse::policy
