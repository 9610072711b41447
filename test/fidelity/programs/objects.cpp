// Static initialisers and destructors, atexit, templates, virtual calls, operators, lambdas, callbacks through
// std::sort.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#define KEPT __attribute__((noinline))

namespace zoo {
namespace {
volatile int sink;
KEPT void leaf(int n) { sink = n; }
}  // namespace

struct Registry {
  KEPT Registry() { leaf(1); }
  KEPT ~Registry() { leaf(2); }
  KEPT void add(const std::string& name) { names.push_back(name); }
  std::vector<std::string> names;
};
Registry registry;

KEPT Registry& lazy() {
  static Registry instance;
  return instance;
}

class Animal {
 public:
  explicit Animal(int age) : age_(age) {}
  virtual ~Animal() { leaf(3); }
  virtual int speak() const = 0;
  bool operator<(const Animal& other) const { return age_ < other.age_; }

 protected:
  int age_;
};
class Dog : public Animal {
 public:
  using Animal::Animal;
  KEPT ~Dog() override { leaf(4); }
  KEPT int speak() const override { return age_ * 7; }
};
class Cat final : public Animal {
 public:
  using Animal::Animal;
  KEPT int speak() const override { return age_ * 5; }
};

template <typename T, int N>
KEPT T scaled(T value) {
  leaf(N);
  return value * N;
}

// What it returns is local to a template whose return type has brackets and spaces, and so is the lambda within.
template <typename Make>
KEPT std::function<const int*(int)> remembering(Make make) {
  return [make, kept = 0](int n) mutable {
    if (kept == 0) kept = [n](auto maker) -> int { return maker(n) * scaled<int, 4>(n); }(make);
    return &kept;
  };
}

KEPT bool descending(int a, int b) { return a > b; }
}  // namespace zoo

KEPT static void at_exit() { zoo::leaf(9); }

int main() {
  std::atexit(at_exit);
  zoo::registry.add("first");
  zoo::lazy().add("second");
  std::vector<std::unique_ptr<zoo::Animal>> animals;
  for (int i = 0; i < 6; ++i) {
    if (i % 2) {
      animals.push_back(std::make_unique<zoo::Dog>(10 - i));
    } else {
      animals.push_back(std::make_unique<zoo::Cat>(i));
    }
  }
  std::sort(animals.begin(), animals.end(), [](const auto& a, const auto& b) { return *a < *b; });
  int total = 0;
  for (const auto& animal : animals) total += animal->speak();
  std::vector<int> numbers;
  for (int i = 0; i < 40; ++i) numbers.push_back(i * 7919 % 101);
  std::sort(numbers.begin(), numbers.end(), zoo::descending);
  std::function<int(int)> twice = [](int n) { return zoo::scaled<int, 2>(n); };
  const auto remembers = zoo::remembering([](int n) { return n + 1; });
  const int* const remembered = remembers(3);
  std::map<std::string, int> counts;
  for (int number : numbers) ++counts["k" + std::to_string(number % 5)];
  std::printf("%d %d %d %d %g %d\n", total, numbers[0], *remembered + *remembers(5), twice(21),
              zoo::scaled<double, 3>(1.5), counts["k1"]);
  animals.clear();
  return 0;
}
