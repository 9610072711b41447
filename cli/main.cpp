#include "cli/application.h"

int main(int count, char** words) {
  return glimpse::cli::run_application({words + (count > 0 ? 1 : 0), words + count});
}
