// A sink for spdlog: what a program logs already stands in its trace, in the span and call it was said in.
//
//   spdlog::default_logger()->sinks().push_back(std::make_shared<glimpse::SpdlogSink>());
//
// The message is what the program said, without the sink's pattern; the logger's name is the field "logger".
//
// Threads: as the logger has them. Async loggers speak on a thread of their own: their messages belong to no span.
// Failure: none.
#pragma once

#include <spdlog/sinks/base_sink.h>

#include <mutex>
#include <string_view>

#include "glimpse/log.h"

namespace glimpse {

// The library may be called by any number of threads: no lock is needed here.
class SpdlogSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 protected:
  GLIMPSE_UNTRACED void sink_it_(const spdlog::details::log_msg& said) override {
    if (!log_enabled(level_of(said.level))) return;
    LogRecord record(level_of(said.level), std::string_view(said.payload.data(), said.payload.size()));
    record.place(said.source.filename, said.source.line > 0 ? static_cast<unsigned>(said.source.line) : 0);
    if (said.logger_name.size() != 0) {
      record.field("logger", std::string_view(said.logger_name.data(), said.logger_name.size()));
    }
  }
  GLIMPSE_UNTRACED void flush_() override {}

 private:
  GLIMPSE_UNTRACED static Level level_of(spdlog::level::level_enum level) {
    switch (level) {
      case spdlog::level::info:
        return Level::kInfo;
      case spdlog::level::warn:
        return Level::kWarning;
      case spdlog::level::err:
        return Level::kError;
      case spdlog::level::critical:
        return Level::kFatal;
      default:
        return Level::kDebug;
    }
  }
};

}  // namespace glimpse
