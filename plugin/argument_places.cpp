#include "plugin/argument_places.h"

#include <llvm/IR/Module.h>

#include "plugin/native_markers.h"

namespace glimpse::plugin {
namespace {

using wire::ValueKind;

bool is_integer(const llvm::Type& type, unsigned bits) { return type.isIntegerTy(bits); }

// Whether one argument of this type is what `value` is passed as.
bool agrees(const CapturedValue& value, const llvm::Type& type) {
  switch (value.passing) {
    case Passing::kInteger:
      return is_integer(type, value.bits) || (value.bits == 8 && is_integer(type, 1));
    case Passing::kFloating:
      if (value.kind == ValueKind::kFloat && value.bytes == 4) return type.isFloatTy();
      if (value.kind == ValueKind::kFloat && value.bytes == 8) return type.isDoubleTy();
      if (value.kind == ValueKind::kFloat && value.bytes == 16) return type.isX86_FP80Ty();
      return type.isFloatingPointTy();
    case Passing::kPointer:
      return type.isPointerTy();
    case Passing::kAny:
      return true;
    default:
      return false;
  }
}

// A view's two parts, or the object that holds both.
bool agrees_as_two(const CapturedValue& value, const llvm::Type& first, const llvm::Type& second) {
  if (value.kind == ValueKind::kView) return is_integer(first, 64) && second.isPointerTy();
  if (value.kind == ValueKind::kLlvmView) return first.isPointerTy() && is_integer(second, 64);
  return true;
}

// Reads arguments one after the other.
class Reader {
 public:
  explicit Reader(llvm::Function& function) : function_(function) {}

  llvm::Argument* next() { return at_ < function_.arg_size() ? function_.getArg(at_++) : nullptr; }
  bool at_end() const { return at_ == function_.arg_size(); }

  bool skip_pointer() {
    const llvm::Argument* argument = next();
    return argument != nullptr && argument->getType()->isPointerTy();
  }

  bool read(const CapturedValue& value, Place& place) {
    if (value.passing == Passing::kUnknown) return false;
    if (value.passing == Passing::kNothing) return true;
    llvm::Argument* first = next();
    if (first == nullptr) return false;
    place.parts.push_back(first);
    if (first->hasByValAttr()) {
      place.in_memory = true;
      return value.passing == Passing::kAny || value.passing == Passing::kOneOrTwo;
    }
    if (value.passing != Passing::kOneOrTwo) return agrees(value, *first->getType());
    const llvm::Type& type = *first->getType();
    const bool holds_all = type.isVectorTy() ? type.getPrimitiveSizeInBits() > 64
                                             : is_integer(type, 128) || type.isX86_FP80Ty() || type.isFP128Ty();
    if (holds_all) return words_of(value) == 0;
    llvm::Argument* second = next();
    if (second == nullptr || second->hasByValAttr() || !agrees_as_two(value, type, *second->getType())) return false;
    place.parts.push_back(second);
    return true;
  }

 private:
  llvm::Function& function_;
  unsigned at_ = 0;
};

bool is_usual(const llvm::Function& function) {
  return function.getCallingConv() == llvm::CallingConv::C && native_mode_possible(*function.getParent());
}

bool has_result_address(const llvm::Function& function) {
  return function.arg_size() > 0 && function.hasParamAttribute(0, llvm::Attribute::StructRet);
}

std::vector<Place> read_all(llvm::Function& function, const CapturedCall& call, bool has_vtt) {
  Reader reader(function);
  std::vector<Place> places;
  if (has_result_address(function) && !reader.skip_pointer()) return places;
  if (call.has_this && !reader.skip_pointer()) return places;
  if (has_vtt && !reader.skip_pointer()) return places;
  for (const CapturedValue& value : call.arguments) {
    if (!reader.read(value, places.emplace_back())) return {};
  }
  if (!reader.at_end()) places.clear();
  return places;
}

}  // namespace

std::vector<Place> places_of_arguments(llvm::Function& function, const CapturedCall& call) {
  if (!is_usual(function)) return {};
  std::vector<Place> places = read_all(function, call, false);
  if (places.empty() && call.may_have_vtt) places = read_all(function, call, true);
  return places;
}

Place place_of_result(llvm::IRBuilder<>& ir, llvm::Function& function, const CapturedCall& call,
                      llvm::Value* returned) {
  Place place;
  const CapturedValue& result = call.result;
  if (!is_usual(function) || words_of(result) == 0) return place;
  if (has_result_address(function)) {
    if (result.by_address && returned == nullptr) place.parts.push_back(function.getArg(0));
  } else if (returned == nullptr) {
    return place;
  } else if (result.passing == Passing::kOneOrTwo) {
    const auto* two = llvm::dyn_cast<llvm::StructType>(returned->getType());
    if (two == nullptr || two->getNumElements() != 2 ||
        !agrees_as_two(result, *two->getElementType(0), *two->getElementType(1))) {
      return place;
    }
    place.parts = {ir.CreateExtractValue(returned, 0), ir.CreateExtractValue(returned, 1)};
  } else if (agrees(result, *returned->getType())) {
    place.parts.push_back(returned);
  }
  return place;
}

}  // namespace glimpse::plugin
