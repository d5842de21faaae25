// Structure, names and shapes of the decoder, and the windows of a sequence (single_stream.md 2.17).
#include <algorithm>

#include "base/check.h"
#include "models/turbo_decoder/decoder.h"
#include "models/wan/config.h"

namespace gallop::models::turbo_decoder {
namespace {

using base::Json;

class Walk {
 public:
  explicit Walk(const TurboVisitor& visitor) : visitor_(visitor) {}
  void conv(const std::string& name, std::int64_t out, std::int64_t in, std::vector<std::int64_t> kernel, TurboConv& value) const {
    kernel.insert(kernel.begin(), {out, in});
    visitor_(name + ".weight", kernel, value.weight);
    visitor_(name + ".bias", {out}, value.bias);
  }
  void block(const std::string& name, std::int64_t in, std::int64_t out, TurboBlock& value) const {
    conv(name + ".conv1.conv", out, in, {3, 3, 3}, value.conv1);
    conv(name + ".conv2.conv", out, out, {3, 3, 3}, value.conv2);
    if (in != out) conv(name + ".conv_shortcut.conv", out, in, {1, 1, 1}, value.shortcut);
  }

 private:
  const TurboVisitor& visitor_;
};

template <class T>
std::vector<T> reversed_list(const Json& json, const char* key, const std::string& where) {
  GALLOP_CHECK(json.contains(key) && json[key].is_array() && !json[key].empty() && json[key].size() <= 8, FormatError,
               "{}: \"{}\" is not a short list", where, key);
  std::vector<T> values;
  for (const auto& item : json[key]) {
    GALLOP_CHECK((std::is_same_v<T, bool> ? item.is_boolean() : (item.is_number_integer() && item > 0 && item <= 4096)), FormatError,
                 "{}: \"{}\" holds {}", where, key, item.dump());
    values.push_back(item.get<T>());
  }
  std::reverse(values.begin(), values.end());
  return values;
}

std::int64_t size_member(const Json& json, const char* key, std::int64_t otherwise, const std::string& where) {
  if (!json.contains(key)) return otherwise;
  GALLOP_CHECK(json[key].is_number_integer() && json[key] > 0 && json[key] <= 1024, FormatError, "{}: \"{}\" is not a small size", where,
               key);
  return json[key].get<std::int64_t>();
}

void check_published_form(const Json& json, const std::string& where) {
  GALLOP_CHECK(!json.value("decoder_causal", false), Unsupported, "{}: a causal decoder is not supported", where);
  GALLOP_CHECK(json.value("use_unpatchify", true), Unsupported, "{}: a decoder with a learned last upsampling is not supported", where);
  if (json.contains("decoder_is_dw_conv"))
    for (const auto& item : json["decoder_is_dw_conv"])
      GALLOP_CHECK(item == false, Unsupported, "{}: separable convolutions are not supported", where);
}

}  // namespace

std::int64_t TurboConfig::frames_per_latent() const {
  std::int64_t frames = 1;
  for (const bool doubles : grows_in_time) frames *= doubles ? 2 : 1;
  return frames;
}

TurboConfig TurboConfig::published() {
  TurboConfig config;
  const auto statistics = wan::WanVaeConfig::v22();
  config.latents_mean = statistics.latents_mean;
  config.latents_std = statistics.latents_std;
  return config;
}

TurboConfig TurboConfig::from_json(const Json& json, const std::string& where) {
  GALLOP_CHECK(json.is_object(), FormatError, "{}: expected a JSON object", where);
  check_published_form(json, where);
  auto config = published();
  config.latent = size_member(json, "latent_channels", config.latent, where);
  config.patch = size_member(json, "patch_size", config.patch, where);
  config.first_window = size_member(json, "first_chunk_size", config.first_window, where);
  config.step = size_member(json, "step_size", config.step, where);
  config.widths = reversed_list<std::int64_t>(json, "decoder_block_out_channels", where);
  config.widths.insert(config.widths.begin(), config.widths.front());
  config.blocks = reversed_list<std::int64_t>(json, "decoder_layers_per_block", where);
  config.grows = reversed_list<bool>(json, "decoder_spatio_temporal_scaling", where);
  const auto only_space = json.contains("decoder_spatio_only") ? reversed_list<bool>(json, "decoder_spatio_only", where)
                                                               : std::vector<bool>(config.grows.size(), false);
  const auto stages = config.widths.size() - 1;
  GALLOP_CHECK(config.blocks.size() == stages + 1 && config.grows.size() == stages && only_space.size() == stages, FormatError,
               "{}: {} widths, {} block counts, {} scalings disagree", where, stages, config.blocks.size(), config.grows.size());
  config.grows_in_time.clear();
  for (std::size_t i = 0; i < stages; ++i) config.grows_in_time.push_back(config.grows[i] && !only_space[i]);
  GALLOP_CHECK(config.latents_mean.size() == static_cast<std::size_t>(config.latent), Unsupported, "{}: {} latent channels, expected {}",
               where, config.latent, config.latents_mean.size());
  return config;
}

TurboWeights shape_turbo(const TurboConfig& config) {
  TurboWeights weights;
  weights.middle.resize(static_cast<std::size_t>(config.blocks[0]));
  weights.stages.resize(config.grows.size());
  for (std::size_t i = 0; i < weights.stages.size(); ++i)
    weights.stages[i].blocks.resize(static_cast<std::size_t>(config.blocks[i + 1]), TurboBlock{.relu = config.grows[i]});
  return weights;
}

void visit(TurboWeights& weights, const TurboConfig& config, const TurboVisitor& visitor) {
  const Walk walk(visitor);
  walk.conv("decoder.conv_in.conv", config.widths[0], config.latent, {3, 3, 3}, weights.in);
  for (std::size_t b = 0; b < weights.middle.size(); ++b)
    walk.block(fmt::format("decoder.mid_block.resnets.{}", b), config.widths[0], config.widths[0], weights.middle[b]);
  for (std::size_t i = 0; i < weights.stages.size(); ++i) {
    auto& stage = weights.stages[i];
    const auto name = fmt::format("decoder.up_blocks.{}", i);
    const auto in = config.widths[i], out = config.widths[i + 1];
    if (in != out) walk.block(name + ".conv_in", in, out, stage.entry);
    if (config.grows[i]) walk.conv(name + ".upsamplers.0.resample.1", out, out, {3, 3}, stage.picture);
    if (config.grows_in_time[i]) walk.conv(name + ".upsamplers.0.time_conv.conv", 2 * out, out, {3, 1, 1}, stage.time);
    for (std::size_t b = 0; b < stage.blocks.size(); ++b) walk.block(fmt::format("{}.resnets.{}", name, b), out, out, stage.blocks[b]);
  }
  walk.conv("decoder.conv_out.conv", 3 * config.patch * config.patch, config.widths.back(), {3, 3, 3}, weights.out);
}

weights::TensorMap turbo_tensors(weights::TensorMap tensors) {
  // Only the averaged copy counts: the file of a training run holds others beside it.
  const std::string averaged = "ema_state_dict.", module = "module.";
  const bool wrapped = std::any_of(tensors.begin(), tensors.end(), [&](const auto& item) { return item.first.starts_with(averaged); });
  weights::TensorMap result;
  for (auto& [name, tensor] : tensors) {
    std::string_view key = name;
    if (wrapped && !key.starts_with(averaged)) continue;
    if (wrapped) key.remove_prefix(averaged.size());
    if (key.starts_with(module)) key.remove_prefix(module.size());
    if (key.starts_with("decoder.")) result[std::string(key)] = std::move(tensor);
  }
  return result;
}

TurboPlan plan_windows(const TurboConfig& config, std::int64_t latents) {
  TurboPlan plan;
  const auto extra = std::max<std::int64_t>(0, latents - config.first_window);
  const auto padded = config.first_window + (extra + config.step - 1) / config.step * config.step;
  plan.padding = padded - latents;
  if (padded == config.first_window) {
    plan.windows.push_back({0, padded, 0, 0});
    return plan;
  }
  const auto context = config.frames_per_latent();
  plan.windows.push_back({0, config.first_window + 1, 0, context});
  for (auto first = config.first_window; first < padded; first += config.step) {
    const bool last = first + config.step == padded;
    plan.windows.push_back({first - 1, config.step + (last ? 1 : 2), context, last ? 0 : context});
  }
  return plan;
}

}  // namespace gallop::models::turbo_decoder
