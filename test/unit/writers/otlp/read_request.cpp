#include "read_request.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <nlohmann/json.hpp>
#include <protozero/pbf_reader.hpp>

namespace glimpse::writers::otlp {
namespace {

using Json = nlohmann::json;
using protozero::pbf_reader;
using AttributeMap = std::map<std::string, std::string>;

std::string hex(const std::string& bytes) {
  std::string text;
  for (const unsigned char byte : bytes) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

std::string value_of(pbf_reader any) {
  EXPECT_TRUE(any.next());
  switch (any.tag()) {
    case 1:
      return any.get_string();
    case 2:
      return any.get_bool() ? "true" : "false";
    case 4:
      return Json(any.get_double()).dump();
    case 3:
      return std::to_string(any.get_int64());
    case 5: {
      Json array = Json::array();
      pbf_reader values = any.get_message();
      while (values.next(1)) array.push_back(value_of(values.get_message()));
      return array.dump();
    }
    default:
      ADD_FAILURE() << "a value of kind " << any.tag();
      return {};
  }
}

void read_attribute(AttributeMap& attributes, pbf_reader pair) {
  std::string key, value;
  while (pair.next()) {
    if (pair.tag() == 1) {
      key = pair.get_string();
    } else {
      value = value_of(pair.get_message());
    }
  }
  EXPECT_TRUE(attributes.emplace(key, value).second) << key << " stands twice";
}

ReadEvent read_event(pbf_reader message) {
  ReadEvent event;
  while (message.next()) {
    switch (message.tag()) {
      case 1:
        event.time = message.get_fixed64();
        break;
      case 2:
        event.name = message.get_string();
        break;
      case 3:
        read_attribute(event.attributes, message.get_message());
        break;
      default:
        ADD_FAILURE() << "field " << message.tag() << " of an event";
        message.skip();
    }
  }
  return event;
}

ReadLink read_link(pbf_reader message) {
  ReadLink link;
  while (message.next()) {
    switch (message.tag()) {
      case 1:
        link.trace_id = hex(message.get_bytes());
        break;
      case 2:
        link.span_id = hex(message.get_bytes());
        break;
      case 4:
        read_attribute(link.attributes, message.get_message());
        break;
      default:
        ADD_FAILURE() << "field " << message.tag() << " of a link";
        message.skip();
    }
  }
  return link;
}

ReadItem read_span(pbf_reader message) {
  ReadItem span;
  while (message.next()) {
    switch (message.tag()) {
      case 1:
        span.trace_id = hex(message.get_bytes());
        break;
      case 2:
        span.span_id = hex(message.get_bytes());
        break;
      case 3:
        span.tracestate = message.get_string();
        break;
      case 4:
        span.parent_span_id = hex(message.get_bytes());
        break;
      case 5:
        span.name = message.get_string();
        break;
      case 6:
        span.kind = message.get_enum();
        break;
      case 7:
        span.begin = message.get_fixed64();
        break;
      case 8:
        span.end = message.get_fixed64();
        break;
      case 9:
        read_attribute(span.attributes, message.get_message());
        break;
      case 11:
        span.events.push_back(read_event(message.get_message()));
        break;
      case 13:
        span.links.push_back(read_link(message.get_message()));
        break;
      case 15: {
        pbf_reader status = message.get_message();
        while (status.next()) {
          if (status.tag() == 2) {
            span.status_message = status.get_string();
          } else {
            EXPECT_EQ(status.tag(), 3u);
            span.status = status.get_enum();
          }
        }
        break;
      }
      case 16:
        span.flags = message.get_fixed32();
        break;
      default:
        ADD_FAILURE() << "field " << message.tag() << " of a span";
        message.skip();
    }
  }
  return span;
}

ReadItem read_log(pbf_reader message) {
  ReadItem log;
  while (message.next()) {
    switch (message.tag()) {
      case 1:
        log.begin = message.get_fixed64();
        break;
      case 2:
        log.severity = message.get_enum();
        break;
      case 3:
        log.severity_text = message.get_string();
        break;
      case 5:
        log.body = value_of(message.get_message());
        break;
      case 6:
        read_attribute(log.attributes, message.get_message());
        break;
      case 9:
        log.trace_id = hex(message.get_bytes());
        break;
      case 10:
        log.span_id = hex(message.get_bytes());
        break;
      case 11:
        log.end = message.get_fixed64();
        break;
      default:
        ADD_FAILURE() << "field " << message.tag() << " of a log record";
        message.skip();
    }
  }
  return log;
}

void read_scope_items(ReadResource& resource, pbf_reader message, bool traces) {
  std::string name;
  while (message.next()) {
    if (message.tag() == 1) {
      pbf_reader scope = message.get_message();
      while (scope.next()) (scope.tag() == 1 ? name : resource.scope_version) = scope.get_string();
      resource.scope += resource.scope.empty() ? name : "," + name;
    } else {
      EXPECT_EQ(message.tag(), 2u);
      resource.items.push_back(traces ? read_span(message.get_message()) : read_log(message.get_message()));
      resource.items.back().scope = name;
    }
  }
}

std::string value_of(const Json& any) {
  EXPECT_EQ(any.size(), 1u);
  if (any.contains("stringValue")) return any["stringValue"];
  if (any.contains("intValue")) return any["intValue"].get<std::string>();  // 64 bits: a string
  if (any.contains("boolValue")) return any["boolValue"].get<bool>() ? "true" : "false";
  if (any.contains("doubleValue")) {
    return any["doubleValue"].is_string() ? any["doubleValue"].get<std::string>() : any["doubleValue"].dump();
  }
  Json array = Json::array();
  for (const Json& value : any["arrayValue"]["values"]) array.push_back(value_of(value));
  return array.dump();
}

AttributeMap attributes_of(const Json& object) {
  AttributeMap attributes;
  for (const Json& pair : object["attributes"]) {
    EXPECT_TRUE(attributes.emplace(pair["key"], value_of(pair["value"])).second);
  }
  return attributes;
}

std::uint64_t long_of(const Json& digits) { return std::stoull(digits.get<std::string>()); }

ReadItem span_of(const Json& object) {
  ReadItem span;
  span.trace_id = object["traceId"];
  span.span_id = object["spanId"];
  span.parent_span_id = object.value("parentSpanId", "");
  span.name = object["name"];
  span.kind = object["kind"];
  span.begin = long_of(object["startTimeUnixNano"]);
  span.end = long_of(object["endTimeUnixNano"]);
  span.flags = object["flags"];
  span.attributes = attributes_of(object);
  for (const Json& event : object.value("events", Json::array())) {
    span.events.push_back({event["name"], long_of(event["timeUnixNano"]), attributes_of(event)});
  }
  for (const Json& link : object.value("links", Json::array())) {
    span.links.push_back({link["traceId"], link["spanId"], attributes_of(link)});
  }
  span.tracestate = object.value("traceState", "");
  const Json status = object.value("status", Json::object());
  span.status = status.value("code", 0);
  span.status_message = status.value("message", "");
  return span;
}

ReadItem log_of(const Json& object) {
  ReadItem log;
  log.trace_id = object.value("traceId", "");
  log.span_id = object.value("spanId", "");
  log.begin = long_of(object["timeUnixNano"]);
  log.end = long_of(object["observedTimeUnixNano"]);
  log.severity = object["severityNumber"];
  log.severity_text = object["severityText"];
  log.body = value_of(object["body"]);
  log.attributes = attributes_of(object);
  return log;
}

}  // namespace

std::vector<ReadResource> read_protobuf(std::string_view body, bool traces) {
  std::vector<ReadResource> resources;
  pbf_reader request(body.data(), body.size());
  while (request.next()) {
    EXPECT_EQ(request.tag(), 1u);
    pbf_reader message = request.get_message();
    ReadResource& resource = resources.emplace_back();
    while (message.next()) {
      if (message.tag() == 1) {
        pbf_reader attributes = message.get_message();
        while (attributes.next(1)) read_attribute(resource.attributes, attributes.get_message());
      } else {
        EXPECT_EQ(message.tag(), 2u);
        read_scope_items(resource, message.get_message(), traces);
      }
    }
  }
  return resources;
}

std::vector<ReadResource> read_json(std::string_view body, bool traces) {
  std::vector<ReadResource> resources;
  const Json request = Json::parse(body);
  for (const Json& part : request[traces ? "resourceSpans" : "resourceLogs"]) {
    ReadResource& resource = resources.emplace_back();
    resource.attributes = attributes_of(part["resource"]);
    for (const Json& items : part[traces ? "scopeSpans" : "scopeLogs"]) {
      const std::string name = items["scope"]["name"];
      resource.scope += resource.scope.empty() ? name : "," + name;
      resource.scope_version = items["scope"]["version"];
      for (const Json& item : items[traces ? "spans" : "logRecords"]) {
        resource.items.push_back(traces ? span_of(item) : log_of(item));
        resource.items.back().scope = name;
      }
    }
  }
  return resources;
}

std::string gunzipped(std::string_view bytes) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  std::string in(bytes), out(std::size_t{64} << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

}  // namespace glimpse::writers::otlp
