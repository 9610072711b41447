// Descriptors: what include/glimpse/wire/compiled.h says of a function, as a variable of the module.
//
//   native     the function is known by the descriptor's own address: inlined copies need no code of their own, and
//              nothing keeps code that nobody calls
//   with code  the function is known by its code, whose hooks tell its address: the descriptor lives and dies with it
//
// Texts are private constants, which linkers join. Threads: one, the compiler's. Failure: none.
#pragma once

#include <llvm/IR/Function.h>
#include <llvm/IR/GlobalVariable.h>

#include "plugin/facts.h"

namespace glimpse::plugin {

struct Described {
  std::string name;
  std::string name_space;
  std::string file;
  unsigned line = 0;
  bool asked = false;
};

Described described(const FunctionFacts& facts);

// Of a function that gets glimpse's own instrumentation. Copies of functions that many objects have are linked once.
llvm::GlobalVariable* add_native_descriptor(llvm::Function& function, const Described& described);

// Of a function whose body stays in this object, and with hooks. Not for available_externally.
llvm::GlobalVariable* add_code_descriptor(llvm::Function& function, const Described& described);

}  // namespace glimpse::plugin
