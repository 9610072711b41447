// What `glimpse policy explain` says about a function.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/policy.h"

namespace glimpse::cli {

// `recorded: app::f(int) in app: package_trees "app", glimpse-policy.json:3`, and behind it what rules capture of it:
// `; captures args, glimpse-policy.json:7`.
std::string verdict_line(const policy::Policy& policy, const policy::Function& function);

// The modules that `name` can belong to, judged by itself: `app::Box::put(int)` is in `app::Box`, or in `app` where Box
// is a class. The innermost first; empty where the name has no namespace.
std::vector<std::string> possible_modules(std::string_view name);

}  // namespace glimpse::cli
