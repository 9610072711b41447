// Native mode, out of line: runtime/hot/native_hooks.h has what is called.
#pragma once

namespace glimpse::runtime {

// Before any function of an object with its own instrumentation is recorded.
void prepare_register_saving();

}  // namespace glimpse::runtime
