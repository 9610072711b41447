// What functions with glimpse's own instrumentation (include/glimpse/wire/native.h) call when they cannot take their
// usual path. The three keep every register.
#pragma once

#include <cstdint>

#include "glimpse/wire/native.h"

extern "C" {
__attribute__((visibility("hidden"))) void glimpse_native_enter(glimpse::wire::FunctionDescriptor* function,
                                                                std::uintptr_t stack_pointer, std::uint32_t call_site);
__attribute__((visibility("hidden"))) void glimpse_native_exit(glimpse::wire::FunctionDescriptor* function,
                                                               std::uintptr_t stack_pointer, std::uint32_t call_site);
__attribute__((visibility("hidden"))) void glimpse_native_unwound(glimpse::wire::FunctionDescriptor* function,
                                                                  std::uintptr_t stack_pointer,
                                                                  std::uint32_t call_site);
}

namespace glimpse::runtime {

// Before the first of them is called.
void prepare_register_saving();

}  // namespace glimpse::runtime
