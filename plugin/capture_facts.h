// The AST half of capturing: what a function's declaration says of its parameters and its result.
#pragma once

#include <clang/AST/ASTContext.h>
#include <clang/AST/Decl.h>

#include "plugin/captured_values.h"

namespace glimpse::plugin {

// `wanted` says whether anything is to be known of the arguments, and of the result.
CapturedCall captured_call(const clang::ASTContext& context, const clang::FunctionDecl& function,
                           policy::Capture wanted);

}  // namespace glimpse::plugin
