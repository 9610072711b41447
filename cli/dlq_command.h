// `glimpse dlq list | replay | drop`: the batches that could not be delivered (docs/dead-letters.md).
#pragma once

namespace CLI {
class App;
}

namespace glimpse::cli {

// Parsing the command line then carries the command out and sets `exit_status`.
void add_dlq_command(CLI::App& app, int& exit_status);

}  // namespace glimpse::cli
