#include "writers/otlp/curl_transport.h"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <mutex>

#include "writers/otlp/shown_url.h"

namespace glimpse::writers::otlp {
namespace {

// A connection is made within this, or not at all.
constexpr std::chrono::milliseconds kLongestConnect{10'000};
// Of an answer that goes on and on, no more is read.
constexpr std::size_t kMostReadBytes = 16 * kMaxResponseBytes;

struct Received {
  HttpResponse response;
  std::size_t read_bytes = 0;
};

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* where) {
  auto& received = *static_cast<Received*>(where);
  std::string& body = received.response.body;
  const std::size_t bytes = size * count;
  body.append(data, std::min(bytes, kMaxResponseBytes - body.size()));
  received.read_bytes += bytes;
  return received.read_bytes <= kMostReadBytes ? bytes : 0;
}

bool is_named(std::string_view line, std::string_view name) {
  return line.size() > name.size() && line[name.size()] == ':' &&
         std::equal(name.begin(), name.end(), line.begin(),
                    [](unsigned char a, unsigned char b) { return a == std::tolower(b); });
}

std::string value_of(std::string_view line) {
  line.remove_prefix(line.find(':') + 1);
  const auto first = line.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return std::string(line.substr(first, line.find_last_not_of(" \t\r\n") - first + 1));
}

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* where) {
  HttpResponse& response = static_cast<Received*>(where)->response;
  const std::string_view line(data, size * count);
  if (line.starts_with("HTTP/")) response = {};  // another answer: the one before was `100 Continue` or a proxy's
  if (is_named(line, "retry-after")) response.retry_after = value_of(line);
  if (is_named(line, "content-type")) response.content_type = value_of(line);
  return line.size();
}

struct Lines {
  ~Lines() { curl_slist_free_all(list); }
  void add(const std::string& line) {
    if (curl_slist* const longer = curl_slist_append(list, line.c_str())) list = longer;
  }
  curl_slist* list = nullptr;
};

bool is_hopeless(CURLcode code, std::string_view url) {
  // Of an http URL it is the answer that was no HTTP.
  if (code == CURLE_UNSUPPORTED_PROTOCOL) return !is_named(url, "http") && !is_named(url, "https");
  return code == CURLE_URL_MALFORMAT || code == CURLE_SSL_CERTPROBLEM || code == CURLE_SSL_CACERT_BADFILE;
}

}  // namespace

struct CurlTransport::Handle {
  CURL* curl = nullptr;
  char error[CURL_ERROR_SIZE] = {};
};

CurlTransport::CurlTransport(const Tls& tls) : handle_(std::make_unique<Handle>()) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  CURL* const curl = handle_->curl = curl_easy_init();
  if (curl == nullptr) return;
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, handle_->error);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "glimpse/" GLIMPSE_VERSION);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
  const auto file = [curl](CURLoption option, const std::string& path) {
    if (!path.empty()) curl_easy_setopt(curl, option, path.c_str());
  };
  file(CURLOPT_CAINFO, tls.certificate);
  file(CURLOPT_SSLCERT, tls.client_certificate);
  file(CURLOPT_SSLKEY, tls.client_key);
}

CurlTransport::~CurlTransport() { curl_easy_cleanup(handle_->curl); }

HttpResponse CurlTransport::post(const HttpRequest& request) {
  CURL* const curl = handle_->curl;
  Received received;
  if (curl == nullptr) {
    received.response.problem = "libcurl does not start";
    return received.response;
  }
  Lines lines;
  lines.add("Content-Type: " + std::string(request.content_type));
  if (!request.content_encoding.empty()) lines.add("Content-Encoding: " + std::string(request.content_encoding));
  lines.add("Expect:");  // who asks first waits a second for servers that do not answer it
  for (const auto& [name, value] : request.endpoint.headers) {
    lines.add(value.empty() ? name + ";" : name + ": " + value);  // curl's way to send an empty one
  }
  const auto timeout = std::max(request.timeout, std::chrono::milliseconds(1));
  handle_->error[0] = '\0';
  curl_easy_setopt(curl, CURLOPT_URL, request.endpoint.url.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines.list);
  curl_easy_setopt(curl, CURLOPT_POST, 1L);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::min(timeout, kLongestConnect).count()));
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &received);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &received);
  const CURLcode code = curl_easy_perform(curl);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, nullptr);

  HttpResponse response = std::move(received.response);
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  if (code == CURLE_OK || status >= 200) {
    response.status = static_cast<int>(status);
    if (code != CURLE_OK) response.body.clear();  // half of a sentence is none
    return response;
  }
  response.problem =
      shown_url(request.endpoint.url) + ": " + (handle_->error[0] != '\0' ? handle_->error : curl_easy_strerror(code));
  response.hopeless = is_hopeless(code, request.endpoint.url);
  return response;
}

}  // namespace glimpse::writers::otlp
