#include <cstdio>
#include <string>
#include <vector>

namespace app {
std::string join(const std::vector<std::string>& words);
}

int main() { std::puts(app::join({"one", "two"}).c_str()); }
