// Numbers become a page of text.
#pragma once

#include "stats.h"

namespace loglens::report {

void print(const stats::Summary& summary);

}  // namespace loglens::report
