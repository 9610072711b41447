// Logs of every kind.
#include <glimpse/log.h>

#include <stdexcept>
#include <string>

int main() {
  const std::string host = "db1";
  glimpse::debug("connecting");
  glimpse::info("connected to {}", host);
  glimpse::warn("slow answer", {{"host", host}, {"ms", 1200}});
  glimpse::error("{} of {} rows lost", 2, 7, {{"table", "orders"}});
  glimpse::fatal("no {}", "disk");
  glimpse::log(glimpse::Level::kInfo, "retry {}", 3);
  glimpse::print(glimpse::Level::kInfo, "left:", 1, "right:", 2.5);

  glimpse::set_log_level(glimpse::Level::kWarning);
  glimpse::info("not said");
  if (glimpse::log_enabled(glimpse::Level::kDebug)) glimpse::debug("not made, either");

  try {
    throw std::runtime_error("card refused");
  } catch (const std::exception& refused) {
    glimpse::LogRecord(glimpse::Level::kError, "payment of {} failed", 12.5)
        .title("Payments")
        .tags({"billing", "card"})
        .ttl_seconds(86400)
        .field("user", 7)
        .exception(refused)
        .place("payments.cpp", 12)
        .stack();
  }
}
