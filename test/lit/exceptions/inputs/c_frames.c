/* C between two C++ functions: built with -fexceptions it may clean up, without it is passed over. */
void c_calls(void (*back)(void));

static volatile int sink;

static void c_between(void (*back)(void)) {
  back();
  ++sink;
}

void c_calls(void (*back)(void)) {
  c_between(back);
  ++sink;
}
