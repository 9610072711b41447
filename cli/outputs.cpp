#include "cli/outputs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>

#include "writers/delivery/file_destination.h"
#include "writers/delivery/files.h"

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
  auto files = OutputFiles::create(options, mode);
  if (!files) return files.error();
  Outputs outputs;
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

std::unique_ptr<writers::Destination> Outputs::make(Destination destination, const std::string& folder) {
  switch (destination) {
    case Destination::kJsonl:
    default:
      return std::make_unique<writers::delivery::FileDestination>(
          folder, [files = files_.get()](std::uint32_t pid) { return files->writer_of(pid); });
  }
}

Result<void> Outputs::begin(const std::string& folder) {
  if (!has_queue(folder)) return {};
  auto delivery = writers::delivery::Delivery::open(folder, options_.queue_bytes);
  if (!delivery) return delivery.error();
  delivery_ = std::move(*delivery);
  for (const Destination destination : options_.destinations) {
    delivery_->add(make(destination, folder), sets_pace(destination, options_.back_pressure),
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
    if (destination == Destination::kJsonl) names.push_back(files_->name());
  }
  return fmt::format("{}", fmt::join(names, " and "));
}

std::vector<writers::DestinationHealth> Outputs::health() const {
  return delivery_ ? delivery_->health() : std::vector<writers::DestinationHealth>{};
}

}  // namespace glimpse::cli
