#include "writers/otlp/batch.h"

#include <gtest/gtest.h>

namespace glimpse::writers::otlp {
namespace {

using Resource = std::shared_ptr<const std::string>;

TEST(Batch, HasAGroupForEachResourceInTheOrderTheyCame) {
  const Resource first = std::make_shared<const std::string>("first");
  const Resource second = std::make_shared<const std::string>("first");  // the same text is another process still
  Batch batch;
  batch.add(first, "a");
  batch.add(second, "b");
  batch.add(first, "c");
  ASSERT_EQ(batch.groups().size(), 2u);
  EXPECT_EQ(batch.groups()[0].items, "ac");
  EXPECT_EQ(batch.groups()[1].items, "b");
  EXPECT_EQ(batch.records(), 3u);
}

TEST(Batch, OneLargeItemFitsAloneUpToWhatServersTake) {
  const Resource resource = std::make_shared<const std::string>("r");
  Batch batch;
  EXPECT_TRUE(batch.has_room(*resource, kMaxRequestBytes - 4'096));
  EXPECT_FALSE(batch.has_room(*resource, kMaxRequestBytes));
  batch.add(resource, "a");
  EXPECT_TRUE(batch.has_room(*resource, kFullRequestBytes / 2));
  EXPECT_FALSE(batch.has_room(*resource, kFullRequestBytes));
}

TEST(Batch, CountsNoFewerBytesThanTheRequestHas) {
  for (const Encoding encoding : {Encoding::kProtobuf, Encoding::kJson}) {
    const auto encoder = make_encoder(encoding);
    Batch batch;
    for (int process = 0; process < 50; ++process) {
      const Resource resource = std::make_shared<const std::string>(encoder->resource({{"k", "v"}}));
      for (int i = 0; i < 3; ++i) {
        std::string item;
        encoder->log(item, {.body = std::string(100, 'x')});
        batch.add(resource, item);
      }
    }
    EXPECT_GE(batch.bytes() + kGroupOverheadBytes, encoder->request(Signal::kLogs, batch.groups()).size());
  }
}

}  // namespace
}  // namespace glimpse::writers::otlp
