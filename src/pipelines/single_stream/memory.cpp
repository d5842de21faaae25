#include "pipelines/single_stream/memory.h"

#include <algorithm>

#include "base/check.h"
#include "models/single_stream/cost.h"

namespace gallop::pipelines::single_stream {
namespace {

using Bytes = std::uint64_t;

constexpr std::int64_t kTextRows = 640, kChunkRows = 1024;
constexpr Bytes kMegabyte = 1'000'000;

Bytes product(std::initializer_list<std::int64_t> sides) {
  Bytes result = 1;
  for (const auto side : sides) result *= static_cast<Bytes>(side);
  return result;
}

// Two branches never run together; latents, velocities and what the solver remembers are small beside the rows.
Bytes denoise_work(const PartSizes& sizes, const StageSize& size) {
  const models::single_stream::Layout layout{size.frames, size.height / 2, size.width / 2, size.audio, kTextRows};
  const auto latents = product({sizes.transformer.latent_channels(), size.frames, size.height, size.width}) * 4;
  return models::single_stream::activation_bytes(sizes.transformer, layout, sizes.each, kChunkRows) + 10 * latents;
}

// The busiest resolution of the largest window: a map, its padded copy, its norm and its successor, and the frames themselves.
Bytes decode_work(const PartSizes& sizes, const Geometry& geometry) {
  const auto size = geometry.refined ? geometry.refined_size : geometry.base_size;
  const auto& turbo = sizes.turbo;
  std::int64_t frames = std::min(size.frames + turbo.first_window - 1, turbo.step + 2), height = size.height, width = size.width;
  Bytes busiest = 0;
  for (std::size_t i = 0; i < turbo.grows.size(); ++i) {
    if (turbo.grows_in_time[i]) frames *= 2;
    if (turbo.grows[i]) {
      height *= 2;
      width *= 2;
    }
    busiest =
        std::max(busiest, product({frames, height, width,
                                   std::max(turbo.widths[i + 1], i + 1 < turbo.grows.size() ? turbo.widths[i + 2] : turbo.widths[i])}) *
                              sizes.each);
  }
  return 4 * busiest + product({frames, size.height * 16, size.width * 16, 3}) * 8;
}

Bytes sound_work(const PartSizes& sizes, std::int64_t latents) {
  return product({sizes.audio.channels, latents * sizes.audio.hop()}) * 4 * 4;
}
Bytes text_work(const PartSizes& sizes) { return product({kTextRows, 4 * sizes.text_hidden + 12 * sizes.text_width}) * 4; }

SingleStreamPlan plan_at(int level, const PartSizes& sizes, const Geometry& geometry, bool picture, Bytes limit) {
  SingleStreamPlan plan{.release = level >= 1, .streamed = level >= 2, .limit = limit};
  const Bytes one =
      plan.streamed ? std::min(sizes.transformer_bytes, sizes.globals_bytes + 2 * sizes.block_bytes) : sizes.transformer_bytes;
  const Bytes decoders = sizes.decoder_bytes + sizes.audio_bytes + (picture ? sizes.picture_bytes : 0);
  const auto held = [&](Bytes own) { return plan.release ? own : one + decoders + 2 * sizes.text_layer_bytes; };
  const std::string how = plan.streamed ? "two blocks at a time, the next one fetched meanwhile" : "resident";
  plan.stages.push_back(
      {"text", held(2 * sizes.text_layer_bytes), text_work(sizes), "one layer at a time, the next one fetched meanwhile"});
  if (picture)
    plan.stages.push_back({"picture", held(sizes.picture_bytes),
                           product({geometry.computed().height, geometry.computed().width, 160, 8}) * sizes.each, "resident"});
  plan.stages.push_back({"denoise", held(one), denoise_work(sizes, geometry.base_size), how});
  if (geometry.refined)
    plan.stages.push_back({"refine", held(one), denoise_work(sizes, geometry.refined_size),
                           how + (plan.release ? "" : "; takes the place of the first stage")});
  plan.stages.push_back({"decode", held(sizes.decoder_bytes), decode_work(sizes, geometry), "seven latent frames at a time"});
  plan.stages.push_back({"sound", held(sizes.audio_bytes), sound_work(sizes, geometry.base_size.audio), "whole"});
  for (const auto& stage : plan.stages) plan.peak = std::max(plan.peak, stage.total());
  return plan;
}

// The transformer's own numbers: all of it, what is outside the blocks, the largest block.
void measure_transformer(PartSizes& sizes) {
  sizes.transformer_bytes = sizes.globals_bytes = models::single_stream::weight_bytes(sizes.transformer, sizes.each);
  for (std::int64_t i = 0; i < sizes.transformer.depth(); ++i) {
    const auto block = models::single_stream::block_bytes(sizes.transformer, i, sizes.each);
    sizes.globals_bytes -= block;
    sizes.block_bytes = std::max(sizes.block_bytes, block);
  }
}

std::string megabytes(Bytes bytes) { return fmt::format("{:>7} MB", (bytes + kMegabyte - 1) / kMegabyte); }

}  // namespace

PartSizes PartSizes::published(std::uint64_t each) {
  PartSizes sizes;
  sizes.transformer = models::single_stream::JointConfig::published();
  sizes.turbo = models::turbo_decoder::TurboConfig::published();
  sizes.each = each;
  measure_transformer(sizes);
  const models::t5gemma::EncoderConfig text;
  sizes.text_width = text.width;
  sizes.text_hidden = text.hidden;
  sizes.text_layer_bytes = product({text.width, 3 * text.hidden + 2 * (text.heads + text.kv_heads) * text.head_dim}) * each;
  sizes.decoder_bytes = 107'122'892 * each;
  sizes.picture_bytes = 704'688'668 * each;
  sizes.audio_bytes = 156'100'000 * 4ULL;
  return sizes;
}

PartSizes PartSizes::of(const SingleStreamParts& parts) {
  PartSizes sizes;
  const auto kind = parts.has(Transformer::base) ? Transformer::base : Transformer::distilled;
  sizes.transformer = parts.config(kind);
  sizes.turbo = parts.turbo_config().value_or(models::turbo_decoder::TurboConfig::published());
  sizes.audio = parts.audio_config();
  sizes.each = c10::elementSize(parts.dtype());
  measure_transformer(sizes);
  sizes.text_width = parts.text_config().width;
  sizes.text_hidden = parts.text_config().hidden;
  sizes.text_layer_bytes = parts.text_layer_bytes();
  sizes.decoder_bytes = parts.turbo_config() ? parts.turbo_bytes() : parts.vae_bytes();
  sizes.picture_bytes = parts.vae_bytes();
  sizes.audio_bytes = parts.audio_bytes();
  return sizes;
}

std::string SingleStreamPlan::text() const {
  std::string lines;
  for (const auto& stage : stages)
    lines += fmt::format("  {:<8}{} weights + {} at work   {}\n", stage.name, megabytes(stage.weights), megabytes(stage.work), stage.how);
  const auto verdict =
      limit == 0 ? std::string(", no limit set") : fmt::format(" of {} allowed{}", megabytes(limit), fits() ? "" : ": DOES NOT FIT");
  return lines + fmt::format("  peak    {}{}\n", megabytes(peak), verdict);
}

SingleStreamPlan plan_memory(const PartSizes& sizes, const Geometry& geometry, bool picture, Bytes limit) {
  for (int level = 0; level < 2; ++level)
    if (auto plan = plan_at(level, sizes, geometry, picture, limit); plan.fits()) return plan;
  return plan_at(2, sizes, geometry, picture, limit);
}

void demand_fits(const SingleStreamPlan& plan, const Geometry& geometry) {
  if (plan.fits()) return;
  const auto worst =
      *std::max_element(plan.stages.begin(), plan.stages.end(), [](const auto& a, const auto& b) { return a.total() < b.total(); });
  throw OutOfMemory(
      fmt::format("load.memory_limit: {} frames of {}x{} need {} at the stage \"{}\" even with streaming, {} are allowed; ask for a "
                  "smaller resolution or a shorter clip, or allow more\n{}",
                  geometry.frames, geometry.output.width, geometry.output.height, megabytes(worst.total()), worst.name,
                  megabytes(plan.limit), plan.text()));
}

}  // namespace gallop::pipelines::single_stream
