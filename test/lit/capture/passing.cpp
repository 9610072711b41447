// What is passed in unusual ways is shown by its type, and does not shift what comes behind it.
//
// REQUIRES: plugin
// RUN: %{trace} %s --plugin filter,native --flags=-std=c++20 --policy '{"package_trees": ["shop"], "rules": [{"capture": ["args"]}]}' --jq 'select(.args)|(.function|sub("\\(.*";""))+" "+.args|sub("0x[0-9a-f]+"; "0x...")'
//
// CHECK:      "shop::wide a=<__int128>, b=2"
// CHECK-NEXT: "shop::cplx c=<std::complex<double>>, b=3"
// CHECK-NEXT: "shop::cc c=<_Complex double>, b=<int>"
// CHECK-NEXT: "shop::vec a=<{{.*}}float>, b=5"
// CHECK-NEXT: "shop::var f=\"fmt\""
// CHECK-NEXT: "shop::up p=<std::unique_ptr<int>>, n=6"
// CHECK-NEXT: "shop::fn f=<std::function<int (int)>>, n=7"
// CHECK-NEXT: "shop::mp p=<{{.*}}>, q=<{{.*}}>, n=8"
// CHECK-NEXT: "shop::ms a=<int>, s=<const char *>"
// CHECK-NEXT: "shop::np arg1=<{{.*}}>, n=10"
// CHECK-NEXT: "shop::f3 x=<shop::F3>, n=11"
// CHECK-NEXT: "shop::ld x=<shop::LD>, n=12"
// CHECK-NEXT: "shop::DD::DD arg1=13"
// CHECK-NEXT: "shop::D::D n=13"
// CHECK-NEXT: "shop::DD::DD arg1=\"str\", arg2=14"
// CHECK-NEXT: "shop::D::D s=\"str\", k=14"
// CHECK-NEXT: "shop::D::D n=14"
// CHECK-NEXT: "shop::arr a=0x..., s=\"abc\", r=<int[3]>"
// CHECK-NEXT: "shop::eb e=kYes"
// CHECK-NEXT: "shop::blk a=1, b=2, c=3, d=4, e=5, v=\"view\", g=6"
// CHECK-NEXT: "shop::pack<int, double, char const*> t=1, t=2.5, t=\"p\""
// CHECK-NEXT: "shop::dflt s=\"d\""
// CHECK-NEXT: "shop::leave n=15"
#include <string>
#include <complex>
#include <memory>
#include <functional>
namespace shop {
typedef float v4 __attribute__((vector_size(16)));
__int128 wide(__int128 a, int b) { return a + b; }
std::complex<double> cplx(std::complex<double> c, int b) { return c * 2.0; }
_Complex double cc(_Complex double c, int b) { return c; }
v4 vec(v4 a, int b) { return a; }
int var(const char* f, ...) { return f[0]; }
std::unique_ptr<int> up(std::unique_ptr<int> p, int n) { return p; }
int fn(std::function<int(int)> f, int n) { return f(n); }
int mp(int (std::string::*p)() const, int std::pair<int,int>::*q, int n) { return n; }
[[gnu::ms_abi]] int ms(int a, const char* s) { return a; }
int np(std::nullptr_t, int n) { return n; }
struct F3 { float a, b, c; }; F3 f3(F3 x, int n) { return x; }
struct LD { long double x; }; LD ld(LD x, int n) { return x; }
struct VB { virtual ~VB() {} }; struct D : virtual VB { D(int n) {} D(std::string s, int k) : D(k) {} };
struct DD : D { using D::D; };
int arr(int a[3], const char s[4], int (&r)[3]) { return a[0]; }
enum E : bool { kNo, kYes }; E eb(E e) { return e; }
int blk(int a, int b, int c, int d, int e, std::string_view v, int g) { return g; }
template <class... T> int pack(T... t) { return sizeof...(t); }
int dflt(std::string s = "d") try { throw 1; } catch (int) { return 5; }
[[noreturn]] void leave(int n) { throw n; }
}
int main() {
  using namespace shop; int a[3] = {1, 2, 3};
   wide(1, 2); cplx({1, 2}, 3); cc(1.0, 4); vec(v4{1, 2, 3, 4}, 5); var("fmt", 1, 2); up(std::make_unique<int>(1), 6); fn([](int n) { return n; }, 7);
  mp(nullptr, nullptr, 8); ms(9, "ms"); np(nullptr, 10); f3({1, 2, 3}, 11); ld({1}, 12); DD d(13); DD e("str", 14); arr(a, "abc", a); eb(kYes); blk(1, 2, 3, 4, 5, "view", 6); pack(1, 2.5, "p"); dflt();
  try { leave(15); } catch (int) {}
}
