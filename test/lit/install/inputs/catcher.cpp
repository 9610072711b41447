// Throws through a caller's C function, and catches behind it.
extern "C" void thrower() { throw 7; }
extern "C" int caught(void (*function)()) {
  try {
    function();
  } catch (int value) {
    return value;
  }
  return 0;
}
