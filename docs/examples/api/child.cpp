// A process that starts two others, in its trace: by system(), and by execve with an environment of their own.
#include <glimpse/propagation.h>
#include <glimpse/span.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

int start_with(const char* program, const std::vector<std::string>& more) {
  std::vector<char*> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (std::string(*entry).rfind("TRACE", 0) != 0) environment.push_back(*entry);
  }
  for (const std::string& entry : more) environment.push_back(const_cast<char*>(entry.c_str()));
  environment.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    execle(program, program, "second", static_cast<char*>(nullptr), environment.data());
    _exit(127);
  }
  int status = 1;
  waitpid(child, &status, 0);
  return status;
}

}  // namespace

int main(int count, char** words) {
  if (count > 1) {
    glimpse::Span span{words[1], glimpse::extract_environment()};
    return 0;
  }
  glimpse::Span span{"parent"};
  glimpse::inject_environment();
  const int first = std::system((std::string(words[0]) + " first").c_str());
  glimpse::inject_environment(glimpse::Context());
  const int second = start_with(words[0], glimpse::environment_entries(span.context()));
  std::printf("%d %d\n", first, second);
}
