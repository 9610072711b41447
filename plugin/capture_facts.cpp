#include "plugin/capture_facts.h"

#include <clang/AST/DeclCXX.h>
#include <clang/AST/DeclTemplate.h>
#include <clang/AST/PrettyPrinter.h>
#include <clang/AST/Type.h>

#include "glimpse/secret_name.h"

namespace glimpse::plugin {
namespace {

using clang::QualType;
using wire::ValueKind;

constexpr std::size_t kMostEnumerators = 256;
constexpr std::size_t kLongestType = 200;

// The namespace around `record` where it is std, or an inline namespace in it: "" or "__cxx11"; null elsewhere.
const clang::NamespaceDecl* standard_namespace(const clang::CXXRecordDecl& record, llvm::StringRef& inner) {
  const auto* space = llvm::dyn_cast<clang::NamespaceDecl>(record.getEnclosingNamespaceContext());
  if (space == nullptr) return nullptr;
  if (space->isInlineNamespace()) {
    inner = space->getName();
    space = llvm::dyn_cast<clang::NamespaceDecl>(space->getParent());
  }
  return space != nullptr && space->isStdNamespace() ? space : nullptr;
}

// std::string and std::string_view, of either library.
ValueKind standard_text(const clang::ASTContext& context, const clang::CXXRecordDecl& record, unsigned bytes) {
  const auto* instance = llvm::dyn_cast<clang::ClassTemplateSpecializationDecl>(&record);
  llvm::StringRef inner;
  if (instance == nullptr || standard_namespace(record, inner) == nullptr) return ValueKind::kOther;
  const clang::TemplateArgumentList& arguments = instance->getTemplateArgs();
  if (arguments.size() == 0 || arguments[0].getKind() != clang::TemplateArgument::Type ||
      !context.hasSameUnqualifiedType(arguments[0].getAsType(), context.CharTy)) {
    return ValueKind::kOther;
  }
  if (record.getName() == "basic_string_view" && bytes == 16) {
    return inner.empty() ? ValueKind::kView : ValueKind::kLlvmView;
  }
  if (record.getName() != "basic_string") return ValueKind::kOther;
  if (inner == "__cxx11" && bytes == 32) return ValueKind::kString;
  if (inner.empty() && bytes == 8) return ValueKind::kOldString;
  if (inner == "__1" && bytes == 24) return ValueKind::kLlvmString;
  return ValueKind::kOther;
}

class Describer {
 public:
  explicit Describer(const clang::ASTContext& context) : context_(context) {}

  // `secret`: nothing but its place among the arguments is to be known.
  CapturedValue describe(QualType type, const std::string& name, bool secret) const {
    CapturedValue value;
    value.name = name;
    type = type.getCanonicalType();
    if (type->isReferenceType()) {
      value.passing = Passing::kPointer;
      set_kind(value, type.getNonReferenceType());
      value.by_address = value.kind != ValueKind::kOther;
    } else {
      set_passing(value, type);
      set_kind(value, type);
      value.by_address = value.kind != ValueKind::kOther && type->isRecordType() && value.passing == Passing::kPointer;
    }
    value.type = name_of(type.getNonReferenceType());
    if (!secret) return value;
    CapturedValue redacted;
    redacted.name = name;
    redacted.kind = ValueKind::kRedacted;
    redacted.passing = value.passing;
    redacted.bits = value.bits;
    return redacted;
  }

 private:
  unsigned bytes_of(QualType type) const {
    return static_cast<unsigned>(context_.getTypeSizeInChars(type).getQuantity());
  }

  static bool is_complete(QualType type) { return !type->isIncompleteType() && !type->isDependentType(); }

  void set_kind(CapturedValue& value, QualType type) const {
    value.kind = ValueKind::kOther;
    if (!is_complete(type)) return;
    const unsigned bytes = bytes_of(type);
    if (const auto* record = type->getAsCXXRecordDecl()) {
      value.kind = standard_text(context_, *record, bytes);
    } else if (type->isBooleanType()) {
      value.kind = ValueKind::kBool;
    } else if (type->isCharType() && context_.hasSameUnqualifiedType(type, context_.CharTy)) {
      value.kind = ValueKind::kChar;
    } else if (type->isEnumeralType()) {
      if (bytes <= 8) set_enum(value, *type->castAs<clang::EnumType>()->getDecl());
    } else if (type->isBuiltinType() && type->isIntegerType()) {
      if (bytes <= 8) value.kind = type->isSignedIntegerType() ? ValueKind::kSigned : ValueKind::kUnsigned;
    } else if (type->isSpecificBuiltinType(clang::BuiltinType::Float) ||
               type->isSpecificBuiltinType(clang::BuiltinType::Double)) {
      value.kind = ValueKind::kFloat;
    } else if (type->isSpecificBuiltinType(clang::BuiltinType::LongDouble)) {
      if (&context_.getFloatTypeSemantics(type) == &llvm::APFloat::x87DoubleExtended()) value.kind = ValueKind::kFloat;
    } else if (type->isPointerType()) {
      const bool text = context_.hasSameUnqualifiedType(type->getPointeeType(), context_.CharTy);
      value.kind = text ? ValueKind::kCString : ValueKind::kPointer;
    }
    if (value.kind != ValueKind::kOther) value.bytes = static_cast<std::uint8_t>(bytes);
  }

  static void set_enum(CapturedValue& value, const clang::EnumDecl& definition) {
    const bool is_signed = definition.getIntegerType()->isSignedIntegerType();
    value.kind = is_signed ? ValueKind::kSignedEnum : ValueKind::kUnsignedEnum;
    for (const clang::EnumConstantDecl* enumerator : definition.enumerators()) {
      if (value.enumerators.size() == kMostEnumerators) {
        value.enumerators.clear();  // rather all by number than some
        return;
      }
      const llvm::APSInt& number = enumerator->getInitVal();
      value.enumerators.emplace_back(
          enumerator->getName().str(),
          is_signed ? number.getSExtValue() : static_cast<std::int64_t>(number.getZExtValue()));
    }
  }

  void set_passing(CapturedValue& value, QualType type) const {
    value.passing = Passing::kUnknown;
    if (!is_complete(type)) return;
    value.bits = bytes_of(type) * 8;
    if (const auto* record = type->getAs<clang::RecordType>()) {
      set_record_passing(value, *record->getDecl());
    } else if (type->isPointerType() || type->isNullPtrType() || type->isObjCObjectPointerType() ||
               type->isBlockPointerType()) {
      value.passing = Passing::kPointer;
    } else if (type->isMemberDataPointerType()) {
      value.passing = Passing::kInteger;
    } else if (type->isMemberFunctionPointerType()) {
      value.passing = Passing::kOneOrTwo;
    } else if (type->isEnumeralType() || (type->isBuiltinType() && type->isIntegerType())) {
      value.passing = value.bits <= 64 ? Passing::kInteger : Passing::kOneOrTwo;
    } else if (type->isBuiltinType() && type->isRealFloatingType()) {
      value.passing = Passing::kFloating;
    } else if (type->isVectorType()) {
      value.passing = Passing::kAny;
    }
  }

  static void set_record_passing(CapturedValue& value, const clang::RecordDecl& record) {
    const auto* definition = llvm::dyn_cast<clang::CXXRecordDecl>(&record);
    if (!record.canPassInRegisters()) {
      value.passing = Passing::kPointer;
    } else if ((definition != nullptr && definition->isEmpty()) || value.bits == 0) {
      value.passing = Passing::kNothing;
    } else if (value.bits <= 64 || value.bits > 128) {
      value.passing = Passing::kAny;
    } else {
      value.passing = Passing::kOneOrTwo;
    }
  }

  std::string name_of(QualType type) const {
    clang::PrintingPolicy printing(context_.getLangOpts());
    printing.SuppressTagKeyword = true;
    std::string name = type.getUnqualifiedType().getAsString(printing);
    if (name.size() > kLongestType) name = name.substr(0, kLongestType) + "…";
    return name;
  }

  const clang::ASTContext& context_;
};

bool is_built_or_destroyed(const clang::FunctionDecl& function) {
  return llvm::isa<clang::CXXConstructorDecl>(function) || llvm::isa<clang::CXXDestructorDecl>(function);
}

}  // namespace

CapturedCall captured_call(const clang::ASTContext& context, const clang::FunctionDecl& function,
                           policy::Capture wanted) {
  const Describer describer(context);
  CapturedCall call;
  call.wanted = wanted;
  if (const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(&function)) {
    call.has_this = method->isInstance();
    call.may_have_vtt = is_built_or_destroyed(function) && method->getParent()->getNumVBases() > 0;
  }
  for (const clang::ParmVarDecl* parameter : function.parameters()) {
    const std::string name = parameter->getIdentifier() == nullptr ? "" : parameter->getName().str();
    call.arguments.push_back(describer.describe(parameter->getType(), name, is_secret_name(name)));
  }
  const QualType result = function.getReturnType();
  call.has_result = !result->isVoidType() && !is_built_or_destroyed(function);
  if (!call.has_result) return call;
  // A function called after a secret gives it, unless it says no more than yes or no.
  const bool secret =
      function.getIdentifier() != nullptr && is_secret_name(function.getName()) && !result->isBooleanType();
  call.result = describer.describe(result, "", secret);
  return call;
}

}  // namespace glimpse::plugin
