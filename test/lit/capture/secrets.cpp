// What is called after a secret never leaves the process: it is not even on its way to be written.
//
// REQUIRES: plugin
// RUN: %{trace} %s --plugin filter,native --policy '{"package_trees": ["shop"], "rules": [{"capture": ["args", "result"]}]}'
// RUN: not grep -r hunter2 %t.trace --include=trace.jsonl --include=trace.glimpse
//
// CHECK:      START shop::login({{.*}}) (user="otto", password=[REDACTED], apiKey=[REDACTED], token=[REDACTED], author="me")
// CHECK-NEXT: END shop::login({{.*}}) -> true
// CHECK-NEXT: START shop::get_secret
// CHECK-NEXT: END shop::get_secret{{.*}} -> [REDACTED]
// CHECK-NEXT: START shop::check_password(char const*) (with="h")
// CHECK-NEXT: END shop::check_password(char const*) -> true
#include <string>
#include <string_view>

namespace shop {
[[gnu::noinline]] bool login(const std::string& user, std::string password, std::string_view apiKey, const char* token,
                             std::string_view author) {
  return user.size() + password.size() + apiKey.size() + author.size() + token[0] > 0;
}
[[gnu::noinline]] std::string get_secret() { return "hunter2"; }
[[gnu::noinline]] bool check_password(const char* with) { return with[0] == 'h'; }
}  // namespace shop

int main() {
  shop::login("otto", "hunter2", "hunter2", "hunter2", "me");
  shop::get_secret();
  shop::check_password("h");
}
