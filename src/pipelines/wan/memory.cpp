#include "pipelines/wan/memory.h"

#include <algorithm>

#include "base/check.h"
#include "pipelines/wan/options.h"

namespace gallop::pipelines::wan {
namespace {

using Bytes = std::uint64_t;
using models::wan::DecodePlan;
using models::wan::WanVaeConfig;

Bytes megabytes(Bytes bytes) { return (bytes + 999'999) / 1'000'000; }
Bytes product(std::initializer_list<std::int64_t> sides) {
  Bytes result = 1;
  for (const auto side : sides) result *= static_cast<Bytes>(side);
  return result;
}
Bytes size_of(const WanParts& parts) { return c10::elementSize(parts.dtype()); }

// Scores of the longest prompt in every head, three times over, and the hidden rows.
Bytes text_work(const WanParts& parts) {
  const auto rows = parts.transformer_config().text_rows, width = parts.transformer_config().text_dim;
  const auto heads = std::max<std::int64_t>(4, width / 64);  // 64 channels each, as in the published encoder
  return product({rows, rows, heads, 4, 3}) + product({rows, width, 4, 16});
}

// The rows that live at once in a block: tokens, their normed copy, q, k, v, attended, projected, one more while an operator
// writes; the hidden layer exists in pieces of at most 2048 rows.
constexpr Bytes kProductScratch = 32 << 20;  // what the products of nn/float_product.h and nn/int8_product.h take beside the rows
Bytes denoise_work(const WanParts& parts, const GenerateOptions& options) {
  const auto& config = parts.transformer_config();
  const auto latent = latent_shape(options, parts.vae_config());
  const auto tokens = latent[1] * (latent[2] / 2) * (latent[3] / 2);
  const std::int64_t branches = options.batch_guidance && *options.guidance > 1.0 ? 2 : 1;
  const Bytes rows = product({branches * tokens, config.width()}) * size_of(parts);
  const Bytes hidden = product({std::min<std::int64_t>(2048, branches * tokens), config.ffn_dim}) * size_of(parts) * 2 + kProductScratch;
  const Bytes latents = product({latent[0] + config.in_channels, latent[1], latent[2], latent[3]}) * 4 * 8;
  return 9 * rows + hidden + latents + product({branches * 3 * config.text_rows, config.width()}) * size_of(parts);
}

// Maps of one resolution while `frames` of them pass through: input, history and output of a convolution with its copy in
// the library's own layout, and what the convolutions remember (two frames each).
Bytes stage_work(std::int64_t channels, std::int64_t frames, std::int64_t height, std::int64_t width) {
  return product({channels, 5 * frames + 4, height, width}) * 4;
}
Bytes stage_memory(std::int64_t channels, std::int64_t convolutions, std::int64_t height, std::int64_t width) {
  return product({channels, 2 * convolutions, height, width}) * 4;
}

// One half of the VAE on maps of h x w latent pixels: what all stages remember plus the busiest one.
Bytes half_work(const WanVaeConfig& config, std::int64_t base, std::int64_t convolutions, std::int64_t h, std::int64_t w) {
  Bytes remembered = 0, busiest = 0;
  const auto stages = static_cast<std::int64_t>(config.dim_mult.size());
  std::int64_t frames = 1;
  for (std::int64_t s = stages - 1, scale = 1; s >= 0; --s) {
    // A decoder stage enters with the width of the stage before it.
    const auto widest = config.dim_mult[static_cast<std::size_t>(std::min(s + 1, stages - 1))];
    const auto channels = base * (config.residual ? widest : config.dim_mult[static_cast<std::size_t>(s)]);
    remembered += stage_memory(channels, convolutions, h * scale, w * scale);
    busiest = std::max(busiest, stage_work(channels, frames, h * scale, w * scale));
    if (s == 0) break;
    if (config.temporal_downsample[static_cast<std::size_t>(s - 1)]) frames *= 2;
    scale *= 2;
  }
  return remembered + busiest;
}

Bytes decode_work(const WanVaeConfig& config, const std::vector<std::int64_t>& latent, const DecodePlan& plan, std::int64_t frames) {
  const auto reach = [&](std::int64_t tile, std::int64_t side) {
    return tile == 0 ? side : std::min(side, tile + 2 * models::wan::WanVae::kHalo);
  };
  const auto h = reach(plan.tile_rows, latent[2]), w = reach(plan.tile_columns, latent[3]);
  Bytes work = half_work(config, config.decoder_base_dim, 2 * (config.res_blocks + 1) + 1, h, w);
  const Bytes picture = product({frames, latent[2] * config.spatial, latent[3] * config.spatial, 3});
  work += picture;  // the clip itself
  // Tiles wait for each other: all inner maps and the whole clip in float32.
  if (plan.tiled()) work += picture * 4 + product({latent[1], latent[2], latent[3], config.decoder_base_dim * config.dim_mult.back()}) * 4;
  return work;
}

Bytes encode_work(const WanParts& parts, const GenerateOptions& options) {
  const auto& config = parts.vae_config();
  const auto latent = latent_shape(options, config);
  const bool whole = options.video || parts.transformer_config().in_channels != parts.transformer_config().out_channels;
  if (!options.first_frame && !options.video) return 0;
  const std::int64_t frames = whole ? *options.frames : 1;
  return half_work(config, config.base_dim, 2 * config.res_blocks + 1, latent[2], latent[3]) +
         product({frames, *options.height, *options.width, 3}) * 4 * 3;
}

// Fewer and fewer latent pixels a tile; the last entry is the smallest that is sensible.
std::vector<DecodePlan> decode_plans(const std::vector<std::int64_t>& latent) {
  std::vector<DecodePlan> plans(1);
  for (std::int64_t cuts = 2; cuts <= 16; cuts *= 2) {
    const auto share = [&](std::int64_t side) { return (side + cuts - 1) / cuts; };
    const bool wide = latent[3] >= latent[2];
    DecodePlan strip;
    (wide ? strip.tile_columns : strip.tile_rows) = share(wide ? latent[3] : latent[2]);
    plans.push_back(strip);
    plans.push_back({.tile_rows = share(latent[2]), .tile_columns = share(latent[3])});
  }
  return plans;
}

void choose_decode(MemoryPlan& plan, const WanParts& parts, const GenerateOptions& options, Bytes others) {
  const auto latent = latent_shape(options, parts.vae_config());
  MemoryPlan::Stage best{.name = "decode"};
  for (const auto& candidate : decode_plans(latent)) {
    const MemoryPlan::Stage stage{"decode", parts.bytes().vae + others, decode_work(parts.vae_config(), latent, candidate, *options.frames),
                                  candidate.tiled()
                                      ? fmt::format("tiles of {} x {} latent pixels and a margin of {}, exact",
                                                    candidate.tile_columns ? candidate.tile_columns : latent[3],
                                                    candidate.tile_rows ? candidate.tile_rows : latent[2], models::wan::WanVae::kHalo)
                                      : std::string("whole frames, one latent frame at a time")};
    if (!best.how.empty() && stage.total() >= best.total()) continue;
    best = stage;
    plan.decode = candidate;
    if (plan.limit == 0 || stage.total() <= plan.limit) break;
  }
  plan.stages.push_back(best);
}

MemoryPlan plan_at(int level, const WanParts& parts, const GenerateOptions& options, Bytes limit) {
  MemoryPlan plan{.release = level >= 1, .stream_text = level >= 2, .stream_blocks = level >= 3, .limit = limit};
  const auto& bytes = parts.bytes();
  const bool pictures = options.first_frame || options.video;
  const Bytes text = bytes.text_views ? 0 : plan.stream_text ? 2 * bytes.text_layer : bytes.text;
  const Bytes expert = bytes.expert_views ? 0 : plan.stream_blocks ? bytes.globals + 2 * bytes.block : bytes.expert;
  const Bytes vision = pictures ? bytes.vision : 0, vae = bytes.vae;
  const Bytes kept = plan.release ? 0 : text + vision + vae + expert;
  const auto held = [&](Bytes own) { return plan.release ? own : kept; };
  const auto mapped = [](bool views, const char* otherwise) {
    return views ? std::string("used straight from the file") : std::string(otherwise);
  };
  plan.stages.push_back(
      {"text", held(text), text_work(parts), mapped(bytes.text_views, plan.stream_text ? "one layer at a time" : "resident")});
  if (pictures) plan.stages.push_back({"pictures", held(vae + vision), encode_work(parts, options), "resident"});
  plan.stages.push_back(
      {"denoise", held(expert), denoise_work(parts, options),
       mapped(bytes.expert_views, plan.stream_blocks ? "two blocks at a time, the next one fetched meanwhile" : "resident")});
  choose_decode(plan, parts, options, plan.release ? 0 : kept - vae);
  for (const auto& stage : plan.stages) plan.peak = std::max(plan.peak, stage.total());
  return plan;
}

}  // namespace

std::string MemoryPlan::text() const {
  std::string lines;
  for (const auto& stage : stages)
    lines += fmt::format("  {:<9}{:>8} MB weights +{:>8} MB at work   {}\n", stage.name, megabytes(stage.weights), megabytes(stage.work),
                         stage.how);
  lines += fmt::format(
      "  peak     {:>8} MB{}\n", megabytes(peak),
      limit == 0 ? std::string(", no limit set") : fmt::format(" of {} MB allowed{}", megabytes(limit), fits() ? "" : ": DOES NOT FIT"));
  return lines;
}

MemoryPlan plan_memory(const WanParts& parts, const GenerateOptions& options, Bytes limit) {
  for (int level = 0; level < 3; ++level)
    if (auto plan = plan_at(level, parts, options, limit); plan.fits()) return plan;
  return plan_at(3, parts, options, limit);
}

void demand_fits(const MemoryPlan& plan, const WanParts& parts, const GenerateOptions& options) {
  if (plan.fits()) return;
  const auto worst =
      *std::max_element(plan.stages.begin(), plan.stages.end(), [](const auto& a, const auto& b) { return a.total() < b.total(); });
  // The largest clip of this shape that would fit: fewer frames first, then a smaller picture.
  auto smaller = options;
  smaller.initial_noise.reset();
  const auto& vae = parts.vae_config();
  const int multiple = static_cast<int>(2 * vae.spatial);
  std::string advice = "set a higher memory_limit, dtype bfloat16, or weights int8";
  for (int tries = 0; tries < 64; ++tries) {
    if (*smaller.frames > 1) {
      smaller.frames = static_cast<int>((*smaller.frames - 1) / (2 * vae.temporal) * vae.temporal + 1);
    } else {
      smaller.frames = *options.frames;
      smaller.width = std::max(multiple, *smaller.width * 3 / 4 / multiple * multiple);
      smaller.height = std::max(multiple, *smaller.height * 3 / 4 / multiple * multiple);
    }
    if (!plan_memory(parts, smaller, plan.limit).fits()) continue;
    advice = fmt::format("{} frames of {}x{} would fit", *smaller.frames, *smaller.width, *smaller.height);
    break;
  }
  throw OutOfMemory(fmt::format(
      "load.memory_limit: {} frames of {}x{} need {} MB at the stage \"{}\" ({} MB weights, {} MB at work), {} MB are allowed; {}\n{}",
      *options.frames, *options.width, *options.height, megabytes(worst.total()), worst.name, megabytes(worst.weights),
      megabytes(worst.work), megabytes(plan.limit), advice, plan.text()));
}

}  // namespace gallop::pipelines::wan
