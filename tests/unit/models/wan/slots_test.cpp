// Key tables of every published config, without allocating the weights.
#include <doctest/doctest.h>

#include "models/wan/transformer.h"
#include "models/wan/vae.h"

using namespace gallop::models::wan;

namespace {

struct Published {
  const char* name;
  std::int64_t heads, layers, ffn, in, out;
  bool image, first_last;
  std::size_t tensors;
  std::int64_t parameters;
};

}  // namespace

TEST_CASE("transformer slots: counts and parameters of the published models (wan.md 1.4)") {
  const Published models[] = {
      {"T2V-1.3B", 12, 30, 8960, 16, 16, false, false, 825, 1418996800},
      {"T2V-14B", 40, 40, 13824, 16, 16, false, false, 1095, 14288491584},
      {"I2V-14B", 40, 40, 13824, 36, 16, true, false, 1303, 16394878784},
      {"FLF2V-14B", 40, 40, 13824, 36, 16, true, true, 1304, 16395536704},
      {"I2V-A14B", 40, 40, 13824, 36, 16, false, false, 1095, 14288901184},
      {"TI2V-5B", 24, 30, 14336, 48, 48, false, false, 825, 4999787712},
  };
  for (const auto& model : models) {
    CAPTURE(model.name);
    WanConfig config;
    config.heads = model.heads;
    config.layers = model.layers;
    config.ffn_dim = model.ffn;
    config.in_channels = model.in;
    config.out_channels = model.out;
    if (model.image) config.image_dim = 1280;
    if (model.first_last) config.image_tokens = 514;
    const auto slots = transformer_slots(config);
    std::int64_t parameters = 0;
    for (const auto& slot : slots) {
      std::int64_t count = 1;
      for (const auto side : slot.shape) count *= side;
      parameters += count;
    }
    CHECK(slots.size() == model.tensors);
    CHECK(parameters == model.parameters);
  }
}

TEST_CASE("vae slots: counts and parameters of both published models (wan.md 1.5)") {
  for (const bool residual : {false, true}) {
    const auto config = residual ? WanVaeConfig::v22() : WanVaeConfig::v21();
    config.check("test");
    auto vae = shape_vae(config);
    std::int64_t tensors = 0, parameters = 0;
    visit(vae, config, [&](const std::string&, const std::vector<std::int64_t>& shape, at::Tensor&) {
      std::int64_t count = 1;
      for (const auto side : shape) count *= side;
      ++tensors;
      parameters += count;
    });
    CHECK(tensors == (residual ? 196 : 194));
    CHECK(parameters == (residual ? 704688668 : 126892531));
  }
}
