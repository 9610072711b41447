#include "cli/outputs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>

#include "cli/dead_letter_folder.h"
#include "cli/messages.h"
#include "writers/dead_letters.h"
#include "writers/delivery/file_destination.h"
#include "writers/delivery/files.h"
#include "writers/otlp/destination.h"
#include "writers/scrub/scrubbing_destination.h"
#include "writers/sqlite/destination.h"

namespace glimpse::cli {

namespace {

using namespace std::chrono_literals;

// How long a program that ends waits until its records have arrived, at most.
constexpr auto kWaitForThisMachine = 5s;
constexpr auto kWaitForNetwork = 1s;

bool is_near(Destination destination) { return destination != Destination::kOtlp; }

bool sets_pace(Destination destination, BackPressure back_pressure) {
  return back_pressure == BackPressure::kOn || (back_pressure == BackPressure::kAuto && is_near(destination));
}

}  // namespace

Result<Outputs> Outputs::create(const Options& options, Mode mode) {
  Outputs outputs;
  if (options.scrub != Scrub::kNone && !options.scrub_patterns.empty()) {
    auto patterns = writers::scrub::Patterns::read(options.scrub_patterns);
    if (!patterns) return patterns.error();
    outputs.patterns_ = std::move(*patterns);
  }
  auto files = OutputFiles::create(options, mode, outputs.patterns_);
  if (!files) return files.error();
  outputs.options_ = options;
  outputs.files_ = std::make_unique<OutputFiles>(std::move(*files));
  return outputs;
}

bool Outputs::has_files() const {
  return std::ranges::find(options_.destinations, Destination::kJsonl) != options_.destinations.end();
}

Result<void> Outputs::open_early() {
  if (!has_files()) return {};
  return files_->open_early();
}

bool Outputs::has_queue(const std::string& folder) const {
  if (options_.destinations != std::vector{Destination::kJsonl}) return true;
  std::error_code ignored;
  const auto entries = std::filesystem::directory_iterator(folder, ignored);
  return std::any_of(std::filesystem::begin(entries), std::filesystem::end(entries), [](const auto& entry) {
    return entry.path().filename().string().starts_with(writers::delivery::kQueueFilePrefix);
  });
}

// Where batches go that no server takes. Without it they are lost, and counted.
std::unique_ptr<writers::otlp::DeadLetterBox> Outputs::dead_letters() const {
  const std::string folder = dead_letter_folder(options_);
  auto letters = folder.empty() ? Result<writers::DeadLetters>(Error{"there is no home for dead letters"})
                                : writers::DeadLetters::open(folder, options_.dlq_bytes);
  if (letters) return std::make_unique<writers::DeadLetters>(std::move(*letters));
  say(fmt::format("{}; what cannot be delivered is lost (GLIMPSE_DLQ_PATH names another folder)",
                  letters.error().message));
  return nullptr;
}

std::unique_ptr<writers::Destination> Outputs::make(Destination destination, const std::string& folder) {
  switch (destination) {
    case Destination::kSqlite:
      return std::make_unique<writers::SqliteDestination>(options_.db_path);
    case Destination::kOtlp:
      return writers::otlp::make_otlp_destination(writers::otlp::settings_of(options_), dead_letters());
    case Destination::kJsonl:
    default:
      return std::make_unique<writers::delivery::FileDestination>(
          folder, [files = files_.get()](std::uint32_t pid) { return files->writer_of(pid); });
  }
}

// Files scrub for themselves, behind the queue and without it.
std::unique_ptr<writers::Destination> Outputs::scrubbed(Destination destination,
                                                        std::unique_ptr<writers::Destination> made) const {
  const bool asked = options_.scrub == Scrub::kAll || (options_.scrub == Scrub::kNetwork && !is_near(destination));
  if (!asked || destination == Destination::kJsonl) return made;
  return std::make_unique<writers::scrub::ScrubbingDestination>(std::move(made), patterns_);
}

Result<void> Outputs::begin(const std::string& folder) {
  if (!has_queue(folder)) return {};
  auto delivery = writers::delivery::Delivery::open(folder, options_.queue_bytes);
  if (!delivery) return delivery.error();
  delivery_ = std::move(*delivery);
  for (const Destination destination : options_.destinations) {
    delivery_->add(scrubbed(destination, make(destination, folder)), sets_pace(destination, options_.back_pressure),
                   is_near(destination) ? kWaitForThisMachine : kWaitForNetwork);
  }
  return {};
}

Result<writers::Writer*> Outputs::writer_of(std::uint32_t pid) {
  if (delivery_) return static_cast<writers::Writer*>(delivery_.get());
  return files_->writer_of(pid);
}

std::string Outputs::name() const {
  std::vector<std::string> names;
  for (const Destination destination : options_.destinations) {
    names.push_back(destination == Destination::kSqlite ? options_.db_path
                    : destination == Destination::kOtlp ? "the server of OTLP"
                                                        : files_->name());
  }
  return fmt::format("{}", fmt::join(names, " and "));
}

std::vector<writers::DestinationHealth> Outputs::health() const {
  return delivery_ ? delivery_->health() : std::vector<writers::DestinationHealth>{};
}

}  // namespace glimpse::cli
