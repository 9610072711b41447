void thrower(void);
int caught(void (*function)(void));

void in_between(void) { thrower(); }

int main(void) { return caught(in_between) == 7 ? 0 : 1; }
