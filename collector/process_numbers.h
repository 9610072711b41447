// What a process's number is here, where the process counts in a PID namespace of its own (a container below
// `glimpse run`, whose first process is number 1 to itself).
//
// Threads: any.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace glimpse::collector {

// The numbers of all processes in `proc`, which is /proc, but in tests.
std::vector<pid_t> process_numbers(const std::string& proc = "/proc");

// The PID namespace of the process that the folder below /proc belongs to; 0 where it cannot be told.
std::uint64_t pid_namespace_of(const std::string& process_folder);

// The number here of process `pid` of that namespace: `pid` itself where the namespace is ours or not known, 0 where no
// such process is left. `proc` is /proc, but in tests.
pid_t number_here(pid_t pid, std::uint64_t pid_namespace, const std::string& proc = "/proc");

}  // namespace glimpse::collector
