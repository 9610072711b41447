// Names that are no text come through as text: one JSON string each, whatever bytes a symbol is made of.
//
// REQUIRES: gcc, clang-19
// RUN: rm -rf %t && mkdir %t && cd %t
// RUN: %gcc -O0 -finstrument-functions %s -o by-gcc && %clang19 -O2 -g -finstrument-functions-after-inlining %s -o by-clang
// RUN: %python %S/inputs/rename-symbols.py by-gcc && %glimpse run -q ./by-gcc
// RUN: %{whole} glimpse.jsonl | FileCheck %s --check-prefix=WHOLE
// RUN: jq -c 'select(.stage == "START") | .function' glimpse.jsonl | FileCheck %s
// RUN: %python %S/inputs/rename-symbols.py by-clang && %glimpse run -q ./by-clang
// RUN: %{whole} glimpse.jsonl | FileCheck %s --check-prefix=WHOLE
// RUN: jq -c 'select(.stage == "START") | .function' glimpse.jsonl | FileCheck %s
//
// WHOLE: whole: 1 process, 12 calls, 0 exceptions, 0 open, 0 dropped
//
// CHECK:      "main"
// What is UTF-8 stays; what is not becomes U+FFFD:
// CHECK-NEXT: {{^}}"grün"{{$}}
// CHECK-NEXT: {{^}}"gr�n"{{$}}
// CHECK-NEXT: {{^}}"�cut"{{$}}
//
// Quotes, backslashes and control bytes are written as JSON writes them:
// CHECK-NEXT: {{^}}"say \"hello\" \\ {x}"{{$}}
// CHECK-NEXT: {{^}}"a\tb\u0001c{{.*}}d\ne"{{$}}
// CHECK-NEXT: {{^}}" "{{$}}
//
// What begins like a mangled name and is none stays as it is; a symbol's version is no part of its name:
// CHECK-NEXT: {{^}}"_Z"{{$}}
// CHECK-NEXT: {{^}}"_Znonsense"{{$}}
// CHECK-NEXT: {{^}}"_ZN3app4lostEv_and_more"{{$}}
// CHECK-NEXT: {{^}}"���"{{$}}
// CHECK-NEXT: {{^}}"name"{{$}}
// CHECK-NOT:  {{.}}
#define NUMBERED(n) \
  __attribute__((noinline)) int n(int x) { return x + ++sink; }

volatile int sink;
NUMBERED(n0)
NUMBERED(n1)
NUMBERED(n2)
NUMBERED(n3)
NUMBERED(n4)
NUMBERED(n5)
NUMBERED(n6)
NUMBERED(n7)
NUMBERED(n8)
NUMBERED(n9)
NUMBERED(n10)

int main(void) {
  return n0(1) + n1(1) + n2(1) + n3(1) + n4(1) + n5(1) + n6(1) + n7(1) + n8(1) + n9(1) + n10(1) == 12345;
}
