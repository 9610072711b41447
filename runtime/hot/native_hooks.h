// The hooks of native mode, and where they leave to when they cannot take their usual path: runtime/native.cpp.
#pragma once

#include <cstdint>

#include "glimpse/wire/native.h"

#define GLIMPSE_KEEPS_REGISTERS __attribute__((visibility("hidden"), no_caller_saved_registers))
#define GLIMPSE_EARLY_HOOK __attribute__((visibility("default"), no_caller_saved_registers))

extern "C" {

GLIMPSE_KEEPS_REGISTERS void glimpse_native_enter(glimpse::wire::FunctionDescriptor* function, std::uint32_t call_site);
GLIMPSE_KEEPS_REGISTERS void glimpse_native_exit(glimpse::wire::FunctionDescriptor* function, std::uint32_t call_site);
GLIMPSE_KEEPS_REGISTERS void glimpse_native_unwound(glimpse::wire::FunctionDescriptor* function,
                                                    std::uint32_t call_site);

GLIMPSE_EARLY_HOOK void glimpse_enter_v1(glimpse::wire::FunctionDescriptor* function, std::uint32_t call_site);
GLIMPSE_EARLY_HOOK void glimpse_exit_v1(glimpse::wire::FunctionDescriptor* function, std::uint32_t call_site);
GLIMPSE_EARLY_HOOK void glimpse_unwound_v1(glimpse::wire::FunctionDescriptor* function, std::uint32_t call_site);

GLIMPSE_KEEPS_REGISTERS void glimpse_native_enter_slowly(glimpse::wire::FunctionDescriptor* function,
                                                         std::uintptr_t stack_pointer, std::uint32_t call_site);
GLIMPSE_KEEPS_REGISTERS void glimpse_native_exit_slowly(glimpse::wire::FunctionDescriptor* function,
                                                        std::uintptr_t stack_pointer, std::uint32_t call_site);
GLIMPSE_KEEPS_REGISTERS void glimpse_native_unwound_slowly(glimpse::wire::FunctionDescriptor* function,
                                                           std::uintptr_t stack_pointer, std::uint32_t call_site);

}  // extern "C"
