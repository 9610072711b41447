// Which executable or library an address belongs to.
#pragma once

#include <cstdint>

namespace glimpse::runtime {

// The index + 1 of the module around `address` in the process file, entered there if it is new; wire::kNoModule where
// no loaded file covers the address. Signal safe: asks the dynamic linker through its lock-free _dl_find_object.
std::uint32_t module_of(std::uintptr_t address);

}  // namespace glimpse::runtime
