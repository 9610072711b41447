// The pass half of capturing: calls of glimpse_capture_args() and glimpse_capture_result(), with the values, in front
// of the hooks or markers that are there already.
//
// What the source says of parameters is checked against the arguments that LLVM has for them, one by one and in all;
// where they do not agree, no value is passed and the records have their types instead.
//
// Threads: one, the compiler's. Failure: none.
#pragma once

#include <llvm/IR/Function.h>

#include "plugin/captured_values.h"

namespace glimpse::plugin {

// `function` has its hook calls or markers, and no place where they are only asked for.
void add_capture(llvm::Function& function, const CapturedCall& call);

}  // namespace glimpse::plugin
