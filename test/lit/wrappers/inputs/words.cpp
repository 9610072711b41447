// One function of the program's own, which uses the standard library's inline functions.
#include <string>
#include <vector>

namespace app {
std::string join(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += word;
  return all;
}
}  // namespace app
