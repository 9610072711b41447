// Who this process is, as its file tells a collector that may read it when the process is long gone.
#pragma once

#include <cstdint>

#include "glimpse/wire/process_file.h"

namespace glimpse::runtime {

// Writes executable, working directory and command line behind each other into `to`, wire::kIdentityBytes long.
void write_identity(wire::ProcessHeader& header, char* to);

// Whether a file of `bytes` may be made at all: growing one past RLIMIT_FSIZE would raise SIGXFSZ in the program.
bool within_file_limit(std::uint64_t bytes);

}  // namespace glimpse::runtime
