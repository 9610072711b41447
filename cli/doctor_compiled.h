// What `glimpse doctor BINARY` says of the Clang plugin's work in a program.
#pragma once

#include <string>

#include "cli/doctor_report.h"
#include "collector/names/binary.h"
#include "policy/policy.h"

namespace glimpse::cli {

// The mode, the functions that are described, and for each policy that took part whether it is the one in force,
// whether its file has changed since, and what it leaves out that the one in force asks for. `path` is for messages.
void check_compiled(collector::Binary& binary, const std::string& path, const policy::Policy& policy,
                    DoctorReport& report);

}  // namespace glimpse::cli
