// Everything behind the program's name is the program's: blanks, dashes, empty words, names of our own options.
//
// RUN: rm -rf %t && mkdir %t && cd %t && %gcc -finstrument-functions %s -o app
// RUN: %glimpse run -q ./app -o x --policy 'two  words' '' -- --help '$HOME' 'new line' '*' | FileCheck %s
// RUN: %glimpse run -q -- ./app -o x --policy 'two  words' '' -- --help '$HOME' 'new line' '*' | FileCheck %s
// CHECK:      {{^}}[./app]
// CHECK-NEXT: {{^}}[-o]
// CHECK-NEXT: {{^}}[x]
// CHECK-NEXT: {{^}}[--policy]
// CHECK-NEXT: {{^}}[two  words]
// CHECK-NEXT: {{^}}[]
// CHECK-NEXT: {{^}}[--]
// CHECK-NEXT: {{^}}[--help]
// CHECK-NEXT: {{^}}[$HOME]
// CHECK-NEXT: {{^}}[new line]
// CHECK-NEXT: {{^}}[*]
// RUN: jq -c 'select(.record_type == "process").command' glimpse.jsonl | FileCheck %s --check-prefix=COMMAND
// COMMAND: ["./app","-o","x","--policy","two  words","","--","--help","$HOME","new line","*"]
#include <stdio.h>

int main(int count, char** words) {
  for (int i = 0; i < count; ++i) printf("[%s]\n", words[i]);
  return 0;
}
