// The second file of a program: a static function with the name of one in the first.
__attribute__((noinline)) static int helper(int x) { return x * 3; }

int second(int x) { return helper(x) + 1; }

__attribute__((weak)) int replaceable(int x) { return x - 1; }

int given_up(int x) { return x; }
