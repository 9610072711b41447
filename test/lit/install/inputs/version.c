#include <glimpse/glimpse.h>
#include <stdio.h>

int main(void) { return puts(glimpse_version()) < 0; }
