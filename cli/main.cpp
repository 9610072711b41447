#include "cli/application.h"
#include "cli/standard_streams.h"

int main(int count, char** words) {
  glimpse::cli::hold_closed_streams();
  return glimpse::cli::run_application({words + (count > 0 ? 1 : 0), words + count});
}
