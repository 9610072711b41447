// `glimpse policy init | check | explain | list`: writes, checks and explains policies.
#pragma once

namespace CLI {
class App;
}

namespace glimpse::cli {

// Parsing the command line then carries the command out and sets `exit_status`.
void add_policy_command(CLI::App& app, int& exit_status);

}  // namespace glimpse::cli
