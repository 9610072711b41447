// Throws each line of standard input as an exception.
#include <iostream>
#include <stdexcept>
#include <string>

namespace shop {
[[gnu::noinline]] void fail(const std::string& message) { throw std::runtime_error(message); }
}  // namespace shop

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    try {
      shop::fail(line);
    } catch (const std::exception&) {
    }
  }
}
