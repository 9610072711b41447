// A function of another binary is called by its own name, also where a program that does not move has only a stub of it.
//
// There the function's address is that of its PLT entry: an undefined symbol with a value, which survives stripping.
//
// REQUIRES: gcc
// RUN: rm -rf %t && mkdir %t && cd %t
// RUN: echo '{"version": "1.0", "package_trees": ["*"], "trace_depth": "unlimited"}' > glimpse-policy.json
// DEFINE: %{functions} = %glimpse run -q ./app && jq -r 'select(.stage == "START") | "\(.module) \(.function)"' glimpse.jsonl
// RUN: %gxx -O2 -fno-pie -no-pie -finstrument-functions %s -o app && %{functions} > fixed
// RUN: %gxx -O2 -finstrument-functions %s -o app && %{functions} > moving
// RUN: FileCheck %s --input-file=fixed && cmp fixed moving
//
// CHECK-NOT:  +0x
// CHECK:      {{^}}app main
// CHECK-NOT:  +0x
// CHECK:      std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char>>::_M_data() const
// CHECK-NOT:  +0x
//
// RUN: %gxx -O2 -fno-pie -no-pie -s -finstrument-functions %s -o app && %{functions} | FileCheck %s --check-prefix=STRIPPED
// STRIPPED:   {{^}}app app+0x
// STRIPPED:   std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char>>::_M_data() const
#include <string>

volatile char sink;

int main() {
  std::string text("text");
  text.push_back(sink);
  text += "more";
  return text.size() == 12345;
}
