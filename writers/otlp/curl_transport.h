// Requests by libcurl: one connection that is used again, TLS, and curl's own variables for proxies.
//
// Redirects are not followed: records go where the user said, or nowhere. An answer that breaks off behind its status
// line counts as that status: who said 200 has the records. Where a connection that was used before is closed without
// any answer, libcurl itself sends the request once more over a new one, as servers close idle connections when they
// like.
#pragma once

#include <memory>

#include "writers/otlp/transport.h"

namespace glimpse::writers::otlp {

class CurlTransport final : public Transport {
 public:
  explicit CurlTransport(const Tls& tls);
  ~CurlTransport() override;

  HttpResponse post(const HttpRequest& request) override;

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

}  // namespace glimpse::writers::otlp
