#include "writers/otlp/response.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <protozero/pbf_reader.hpp>

#include "writers/valid_text.h"

namespace glimpse::writers::otlp {
namespace {

using Json = nlohmann::json;
using protozero::pbf_reader;
using protozero::pbf_wire_type;
using protozero::tag_and_type;

// Field numbers of ExportTraceServiceResponse, ExportTracePartialSuccess (those of logs are the same) and Status.
constexpr protozero::pbf_tag_type kPartialSuccess = 1, kRejected = 1, kErrorMessage = 2, kStatusMessage = 2;

bool is_type(std::string_view content_type, std::string_view type) {
  const auto end = content_type.substr(0, content_type.find_first_of("; \t"));
  return std::ranges::equal(end, type, [](unsigned char a, unsigned char b) { return std::tolower(a) == b; });
}
bool is_json(std::string_view content_type) { return is_type(content_type, "application/json"); }
bool is_protobuf(std::string_view content_type) {
  return is_type(content_type, "application/x-protobuf") || is_type(content_type, "application/protobuf");
}

// One line that a terminal shows as it is.
std::string sentence(std::string_view text) {
  std::string room;
  std::string line(valid_text(text.substr(0, kMaxSentenceBytes), room));
  for (char& letter : line) {
    if (static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f) letter = ' ';
  }
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

std::string_view view(protozero::data_view data) { return {data.data(), data.size()}; }

// A count is never negative, whatever is written.
std::uint64_t count_of(std::int64_t number) { return number > 0 ? static_cast<std::uint64_t>(number) : 0; }

PartialSuccess accepted_protobuf(std::string_view body) {
  PartialSuccess result;
  try {
    pbf_reader response(body.data(), body.size());
    while (response.next()) {
      if (response.tag_and_type() != tag_and_type(kPartialSuccess, pbf_wire_type::length_delimited)) {
        response.skip();
        continue;
      }
      pbf_reader partial = response.get_message();
      while (partial.next()) {
        switch (partial.tag_and_type()) {
          case tag_and_type(kRejected, pbf_wire_type::varint):
            result.rejected = count_of(partial.get_int64());
            break;
          case tag_and_type(kErrorMessage, pbf_wire_type::length_delimited):
            result.message = sentence(view(partial.get_view()));
            break;
          default:
            partial.skip();
        }
      }
    }
    result.understood = true;
    return result;
  } catch (const protozero::exception&) {
    return {};
  }
}

// Where there is such a member, of whatever type; else null.
const Json* member(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found != object.end() ? &*found : nullptr;
}

std::string text_of(const Json* value) {
  return value != nullptr && value->is_string() ? sentence(value->get_ref<const std::string&>()) : "";
}

// 64-bit numbers are strings of digits; many servers write plain ones.
std::uint64_t number_of(const Json* value) {
  if (value == nullptr) return 0;
  if (value->is_number_unsigned()) return value->get<std::uint64_t>();
  if (!value->is_string()) return 0;
  const std::string& digits = value->get_ref<const std::string&>();
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return failure == std::errc{} && end == digits.data() + digits.size() ? number : 0;
}

PartialSuccess accepted_json(std::string_view body) {
  const Json response = Json::parse(body, nullptr, false);
  if (!response.is_object()) return {};
  PartialSuccess result;
  result.understood = true;
  const Json* const partial = member(response, "partialSuccess");
  if (partial == nullptr) return result;
  const Json* rejected = member(*partial, "rejectedSpans");
  if (rejected == nullptr) rejected = member(*partial, "rejectedLogRecords");
  result.rejected = number_of(rejected);
  result.message = text_of(member(*partial, "errorMessage"));
  return result;
}

std::string refused_protobuf(std::string_view body) {
  std::string message;
  try {
    pbf_reader status(body.data(), body.size());
    while (status.next()) {
      if (status.tag_and_type() == tag_and_type(kStatusMessage, pbf_wire_type::length_delimited)) {
        message = sentence(view(status.get_view()));
      } else {
        status.skip();
      }
    }
    return message;
  } catch (const protozero::exception&) {
    return {};
  }
}

}  // namespace

PartialSuccess read_accepted(std::string_view content_type, std::string_view body) {
  if (body.empty()) return {.understood = true, .rejected = 0, .message = {}};
  if (is_json(content_type)) return accepted_json(body);
  if (is_protobuf(content_type)) return accepted_protobuf(body);
  return {};
}

std::string read_refused(std::string_view content_type, std::string_view body) {
  if (is_json(content_type)) return text_of(member(Json::parse(body, nullptr, false), "message"));
  if (is_protobuf(content_type)) return refused_protobuf(body);
  if (is_type(content_type, "text/plain")) return sentence(body);
  return {};
}

}  // namespace glimpse::writers::otlp
