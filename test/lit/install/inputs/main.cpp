#include <cstdio>
#include <exception>
#include <string>

namespace orders {
int price(const std::string& item);
}

int main() {
  std::printf("%d\n", orders::price("book"));
  try {
    orders::price("");
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
  }
}
