// A program that logs by spdlog already.
#include <glimpse/span.h>
#include <glimpse/spdlog.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include <memory>

int main() {
  spdlog::logger logger("shop", std::make_shared<spdlog::sinks::null_sink_mt>());
  logger.sinks().push_back(std::make_shared<glimpse::SpdlogSink>());
  glimpse::Span span{"checkout"};
  logger.warn("slow: {} ms", 1200);
  logger.critical("gone");
}
