// Arguments and results of every kind are shown as the source would write them; others by their type.
//
// REQUIRES: plugin
// RUN: %{trace} %s --plugin filter,native --policy '{"package_trees": ["shop"], "rules": [{"package_trees": ["shop"], "capture": ["args", "result"]}]}' --jq 'select(.args or .result) | (.function | sub("\\(.*"; "") | sub("\\[.*"; "")) + " " + (.args // ("-> " + .result)) | sub("0x7[0-9a-f]+"; "0x7...")'
//
// CHECK:      "shop::ints c='c', sc=-1, uc=200, s=-2, us=65535, i=-3, u=4000000000, l=-4, ul=18446744073709551615, b=true"
// CHECK-NEXT: "shop::ints -> -2147483648"
// CHECK-NEXT: "shop::floats f=0.1, d=-1e+300, ld=3.25"
// CHECK-NEXT: "shop::floats -> -1e+300"
// CHECK-NEXT: "shop::enums c=kRed, m=kFast"
// CHECK-NEXT: "shop::enums -> kGreen"
// CHECK-NEXT: "shop::enums c=3, m=9"
// CHECK-NEXT: "shop::enums -> 3"
// CHECK-NEXT: "shop::texts s=\"a \\\"q\\\"\", r=\"ref\", v=\"zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz\", sv=\"view\""
// CHECK-NEXT: "shop::texts -> \"a \\\"q\\\"\""
// CHECK-NEXT: "shop::texts s=0x0, r=\"\", v=\"\", sv=\"\""
// CHECK-NEXT: "shop::texts -> 0x0"
// CHECK-NEXT: "shop::texts s=0x1234, r=\"\", v=\"\", sv=\"\""
// CHECK-NEXT: "shop::texts -> 0x1234"
// CHECK-NEXT: "shop::make n=3"
// CHECK-NEXT: "shop::make -> \"xxx\""
// CHECK-NEXT: "shop::make n=40"
// CHECK-NEXT: "shop::make -> \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\""
// CHECK-NEXT: "shop::view v=\"hello\""
// CHECK-NEXT: "shop::view -> \"ello\""
// CHECK-NEXT: "shop::structs p=<shop::Pair>, arg2=<shop::Empty>, s=<shop::Small>, b=<shop::Big>, last=5"
// CHECK-NEXT: "shop::structs -> <shop::Pair>"
// CHECK-NEXT: "shop::refs i=7, d=2.5, c=kGreen, v=<std::vector<int>>, p=0x7..."
// CHECK-NEXT: "shop::refs -> 17"
// CHECK-NEXT: "shop::many a=1, b=2, c=3, d=4, sv=\"sv\", p=<shop::Pair>, e=7, f=8"
// CHECK-NEXT: "shop::many -> 32"
// CHECK-NEXT: "shop::twice<int> t=21"
// CHECK-NEXT: "shop::twice<int> -> 42"
// CHECK-NEXT: "shop::twice<double> t=1.5"
// CHECK-NEXT: "shop::twice<double> -> 3"
// CHECK-NEXT: "shop::Object::Object n=4, name=\"name\""
// CHECK-NEXT: "shop::Object::get k=2"
// CHECK-NEXT: "shop::Object::get -> 6"
// CHECK-NEXT: "shop::Object::make arg1=9, arg2=\"x\""
// CHECK-NEXT: "shop::Object::make -> true"
// CHECK-NOT:  {{.}}
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#define KEPT [[gnu::noinline]]
namespace shop {
enum Color { kRed, kGreen = 5 };
enum class Mode : std::uint8_t { kSlow = 1, kFast = 255 };
struct Pair {
  long a;
  double b;
};
struct Small {
  int a;
};
struct Empty {};
struct Big {
  long a[5];
};

KEPT int ints(char c, signed char sc, unsigned char uc, short s, unsigned short us, int i, unsigned u, long l,
              unsigned long ul, bool b) {
  return c + sc + uc + s + us + i + int(u) + int(l) + int(ul) + b > 0 ? 1 : INT32_MIN;
}
KEPT double floats(float f, double d, long double ld) { return f + d + double(ld); }
KEPT Color enums(Color c, Mode m) { return m == Mode::kFast ? kGreen : c; }
KEPT const char* texts(const char* s, const std::string& r, std::string v, std::string_view sv) {
  return s + (r.size() + v.size() + sv.size()) * 0;
}
KEPT std::string make(int n) { return std::string(n, 'x'); }
KEPT std::string_view view(std::string_view v) { return v.substr(1); }
KEPT Pair structs(Pair p, Empty, Small s, Big b, int last) { return {p.a + s.a + b.a[0] + last, 0}; }
KEPT int refs(const int& i, double& d, Color&& c, const std::vector<int>& v, int* p) {
  return i + int(d) + c + int(v.size()) + (p != nullptr);
}
KEPT int many(long a, long b, long c, long d, std::string_view sv, Pair p, long e, long f) {
  return int(a + b + c + d + long(sv.size()) + p.a + e + f);
}
template <class T>
KEPT T twice(T t) {
  return t + t;
}
struct Base {
  virtual ~Base() = default;
};
struct Object : virtual Base {
  int n;
  KEPT Object(int n, const char* name) : n(n + (name == nullptr)) {}
  KEPT int get(int k) const { return n + k; }
  KEPT static bool make(int, const char*) { return true; }
};
}  // namespace shop

int main() {
  using namespace shop;
  ints('c', -1, 200, -2, 65535, -3, 4000000000u, -4, 18446744073709551615ul, true);
  floats(0.1f, -1e300, 3.25L);
  enums(kRed, Mode::kFast);
  enums(static_cast<Color>(3), static_cast<Mode>(9));
  texts("a \"q\"", "ref", std::string(40, 'z'), "view");
  texts(nullptr, "", "", "");
  texts(reinterpret_cast<const char*>(0x1234), "", "", "");
  make(3);
  make(40);
  view("hello");
  structs({1, 2.0}, {}, {3}, {{4}}, 5);
  int i = 7;
  double d = 2.5;
  refs(i, d, kGreen, {1, 2}, &i);
  many(1, 2, 3, 4, "sv", {5, 6}, 7, 8);
  twice(21);
  twice(1.5);
  Object o(4, "name");
  o.get(2);
  Object::make(9, "x");
}
