// Both VAEs against recorded values of diffusers 0.42.1, and the properties of chunks and tiles.
#include <doctest/doctest.h>

#include "gallop/error.h"
#include "support/tiny_wan.h"
#include "support/wan_golden.h"

namespace {

using namespace gallop;

double gap(const at::Tensor& a, const at::Tensor& b) { return (a - b).abs().max().item<double>(); }

}  // namespace

TEST_CASE("vae: encode, decode and round trip of every recorded case") {
  const auto golden = test::wan_golden("vae.json");
  if (!golden) return;
  for (const auto& item : golden->at("cases")) {
    const auto& args = item.at("args");
    if (args.contains("tile")) continue;  // blended tiles are the reference's approximation; ours are exact
    const std::string name = args.at("name"), model = args.at("model");
    const auto config = test::tiny_vae_config(model == "wan2.2-ti2v-5b");
    auto vae = test::make_vae(config);
    const auto video = args.at("video").get<std::vector<std::int64_t>>();
    const auto moments = vae.encode(test::input("video", {3, video[0], video[1], video[2]}));
    const auto z = test::input("z", {config.z_dim, (video[0] - 1) / 4 + 1, video[1] / config.spatial, video[2] / config.spatial}, 2.0);
    const double mean = test::distance(moments[0].unsqueeze(0), item.at("encode_mean")),
                 spread = test::distance(moments[1].unsqueeze(0), item.at("encode_logvar"));
    const double decoded = test::distance(vae.decode(z).unsqueeze(0), item.at("decode"));
    const double again = test::distance(vae.decode(moments[0]).unsqueeze(0), item.at("decode_of_encode"));
    MESSAGE(name << ": mean " << mean << ", log-variance " << spread << ", decode " << decoded << ", round trip " << again);
    CHECK(mean < 1e-5);
    CHECK(spread < 1e-5);
    CHECK(decoded < 1e-5);
    CHECK(again < 1e-5);
  }
}

TEST_CASE("vae: chunk sizes and exact tiles do not change the frames") {
  for (const bool residual : {false, true}) {
    CAPTURE(residual);
    const auto config = test::tiny_vae_config(residual);
    auto vae = test::make_vae(config);
    const auto z = test::input("z", {config.z_dim, 3, 3, 32}, 2.0);
    const auto whole = vae.decode(z);
    CHECK(gap(vae.decode(z, {.latent_frames = 2}), whole) < 1e-5);
    CHECK(gap(vae.decode(z, {.tile_columns = 4}), whole) < 1e-5);
    CHECK(gap(vae.decode(z, {.latent_frames = 2, .tile_rows = 2, .tile_columns = 16}), whole) < 1e-5);
    // Frames handed out while decoding are the frames of the whole, bit for bit.
    std::vector<at::Tensor> parts;
    vae.decode(z, {}, {.on_frames = [&](const at::Tensor& frames) { parts.push_back(frames); }});
    CHECK(parts.size() == 3);
    CHECK(at::cat(parts).permute({3, 0, 1, 2}).equal(whole));
    const auto video = test::input("video", {3, 13, 32, 48});
    CHECK(gap(vae.encode(video, 2), vae.encode(video)) < 1e-5);
  }
}

TEST_CASE("vae: one stage scales by its patch alone and keeps every frame") {
  models::wan::WanVaeConfig config;
  config.base_dim = 4;
  config.decoder_base_dim = 6;
  config.z_dim = 3;
  config.dim_mult = {1};
  config.res_blocks = 1;
  config.temporal_downsample = {};
  config.in_channels = config.out_channels = 3 * 8 * 8;
  config.patch = config.spatial = 8;
  config.temporal = 1;
  config.latents_mean = {0.0, 0.0, 0.0};
  config.latents_std = {1.0, 0.5, 0.25};
  config.check("test");
  auto vae = test::make_vae(config);
  const auto video = test::input("video", {3, 6, 16, 24});
  const auto moments = vae.encode(video);
  CHECK(moments[0].sizes() == at::IntArrayRef({3, 6, 2, 3}));
  CHECK(gap(vae.encode(video, 4), moments) < 1e-5);
  const auto frames = vae.decode(moments[0]);
  CHECK(frames.sizes() == video.sizes());
  CHECK(gap(vae.decode(moments[0], {.latent_frames = 3}), frames) < 1e-5);
  // Causal: a picture alone is the first frame of a clip.
  CHECK(gap(vae.encode(video.narrow(1, 0, 1))[0], moments[0].narrow(1, 0, 1)) < 1e-5);
  config.temporal = 2;
  CHECK_THROWS_WITH_AS(config.check("test"), doctest::Contains("the config says 2"), FormatError);
}
