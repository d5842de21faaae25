#include "models/wan/vae.h"

#include "base/check.h"
#include "base/free_memory.h"
#include "models/wan/vae_layers.h"
#include "tensor/mapped_pages.h"

namespace gallop::models::wan {
namespace {

void between(const VaeHooks& hooks) {
  if (hooks.between_pieces) hooks.between_pieces();
}

// The encoder from its first convolution to its last, one chunk.
at::Tensor encode_chunk(const VaeHalf& half, const at::Tensor& frames, CausalState& state) {
  state.next = 0;
  auto x = causal(half.conv_in, {}, frames, state);
  for (const auto& stage : half.stages) x = run(stage, std::move(x), state);
  x = causal(half.conv_out, half.norm_out, run(half.mid, x, state), state);
  ++state.chunks;
  return x;
}

// The decoder in two parts: everything that looks at the whole picture, and the rest.
at::Tensor decode_front(const VaeHalf& half, const at::Tensor& frames, CausalState& state) {
  state.next = 0;
  return run(half.mid, causal(half.conv_in, {}, frames, state), state);
}
at::Tensor decode_back(const VaeHalf& half, at::Tensor x, CausalState& state) {
  state.next = 0;
  for (const auto& stage : half.stages) x = run(stage, std::move(x), state);
  x = causal(half.conv_out, half.norm_out, std::move(x), state);
  ++state.chunks;
  return x;
}

// Chunks of `total` latent frames: the first alone, then `size` at a time.
template <class Work>
void for_each_chunk(std::int64_t total, std::int64_t size, const Work& work) {
  for (std::int64_t first = 0; first < total;) {
    const auto count = first == 0 ? 1 : std::min(size, total - first);
    work(first, count);
    first += count;
  }
}

// A stretch of latent pixels with the context around it.
struct Cut {
  std::int64_t first, count;  // to be produced
  std::int64_t from, to;      // to be computed
};
std::vector<Cut> cuts(std::int64_t length, std::int64_t size) {
  if (size <= 0 || size >= length) return {{0, length, 0, length}};
  std::vector<Cut> result;
  for (std::int64_t first = 0; first < length; first += size) {
    const auto count = std::min(size, length - first);
    result.push_back({first, count, std::max<std::int64_t>(0, first - WanVae::kHalo), std::min(length, first + count + WanVae::kHalo)});
  }
  return result;
}

// Convolutions over neighbours that keep the size, in the form that is quickest on this device.
void quicken(Conv& conv) {
  if (!conv.weight.defined() || !nn::winograd_pays(conv.weight)) return;
  conv.fast = nn::make_winograd(conv.weight, conv.bias);
  conv.weight.reset();
}
void quicken(VaeHalf& half) {
  for (auto* block : {&half.mid.first, &half.mid.second})
    for (auto* conv : {&block->conv1, &block->conv2}) quicken(*conv);
  for (auto& stage : half.stages) {
    for (auto& block : stage.blocks)
      for (auto* conv : {&block.conv1, &block.conv2}) quicken(*conv);
    if (stage.resampler.mode == Resample::up2d || stage.resampler.mode == Resample::up3d) quicken(stage.resampler.spatial);
  }
}

at::Tensor statistics(const std::vector<double>& values, const at::Tensor& like, std::int64_t dim) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(like.dim()), 1);
  shape[static_cast<std::size_t>(dim)] = static_cast<std::int64_t>(values.size());
  return at::tensor(values, at::kDouble).to(like.device(), at::kFloat).view(shape);
}

}  // namespace

WanVae::WanVae(WanVaeConfig config, const VaeWeights& weights, at::ScalarType dtype, at::Device device)
    : config_(std::move(config)), weights_(weights) {
  visit(weights_, config_, [&](const std::string& name, const std::vector<std::int64_t>&, at::Tensor& value) {
    const auto stored = value;
    if (name.ends_with(".gamma")) {
      // Norms are computed in float32 in every model type; the weight is one number a channel.
      value = value.to(device, dtype).reshape({-1}).contiguous();
    } else if (value.dim() == 5) {
      value = value.to(device, dtype).contiguous(at::MemoryFormat::ChannelsLast3d);
    } else if (value.dim() == 4) {
      value = value.to(device, dtype).contiguous(at::MemoryFormat::ChannelsLast);
    } else {
      value = value.to(device, dtype);
    }
    if (!value.is_alias_of(stored)) tensor::drop_mapped_pages(stored);
  });
  quicken(weights_.encoder);
  quicken(weights_.decoder);
  base::return_freed_memory();
}

at::Tensor WanVae::encode(const at::Tensor& frames, std::int64_t chunk, const VaeHooks& hooks) {
  GALLOP_CHECK(frames.dim() == 4 && frames.size(0) == 3 && frames.size(1) % config_.temporal == 1 % config_.temporal &&
                   frames.size(2) % config_.spatial == 0 && frames.size(3) % config_.spatial == 0 && frames.numel() > 0,
               InvalidArgument, "vae.encode: frames [{}], expected [3, {}n + 1, multiples of {}]", fmt::join(frames.sizes(), ", "),
               config_.temporal, config_.spatial);
  const c10::InferenceMode guard;
  const auto& like = weights_.quant.weight;
  const auto x = patchify(frames.to(like.device(), like.scalar_type()).permute({1, 2, 3, 0}).contiguous(), config_.patch).contiguous();
  CausalState state;
  std::vector<at::Tensor> parts;
  const auto total = (x.size(0) - 1) / config_.temporal + 1;
  for_each_chunk(total, chunk, [&](std::int64_t first, std::int64_t count) {
    between(hooks);
    const auto from = first == 0 ? 0 : 1 + config_.temporal * (first - 1);
    state.last_chunk = first + count == total;
    parts.push_back(encode_chunk(weights_.encoder, x.narrow(0, from, first == 0 ? 1 : config_.temporal * count), state));
  });
  const auto moments = pointwise(weights_.quant, at::cat(parts)).permute({3, 0, 1, 2}).to(at::kFloat);  // [2 z, t, h, w]
  return at::stack({moments.narrow(0, 0, config_.z_dim), moments.narrow(0, config_.z_dim, config_.z_dim).clamp(-30.0, 20.0)});
}

at::Tensor WanVae::decode(const at::Tensor& z, const DecodePlan& plan, const VaeHooks& hooks) {
  GALLOP_CHECK(z.dim() == 4 && z.size(0) == config_.z_dim && z.numel() > 0, InvalidArgument,
               "vae.decode: latents [{}], expected [{}, t, h, w]", fmt::join(z.sizes(), ", "), config_.z_dim);
  const c10::InferenceMode guard;
  const auto& like = weights_.post_quant.weight;
  const auto frames = pointwise(weights_.post_quant, z.to(like.device(), like.scalar_type()).permute({1, 2, 3, 0}).contiguous());
  return plan.tiled() ? decode_tiled(frames, plan, hooks) : decode_whole(frames, plan, hooks);
}

at::Tensor WanVae::to_pixels(const at::Tensor& frames) const { return unpatchify(frames, config_.patch).clamp(-1.0, 1.0).to(at::kFloat); }

at::Tensor WanVae::decode_whole(const at::Tensor& frames, const DecodePlan& plan, const VaeHooks& hooks) {
  CausalState front, back;
  std::vector<at::Tensor> parts;
  for_each_chunk(frames.size(0), plan.latent_frames, [&](std::int64_t first, std::int64_t count) {
    between(hooks);
    front.last_chunk = back.last_chunk = first + count == frames.size(0);
    const auto maps = decode_front(weights_.decoder, frames.narrow(0, first, count), front);
    const auto pixels = to_pixels(decode_back(weights_.decoder, maps, back));
    if (hooks.on_frames) {
      hooks.on_frames(pixels);
    } else {
      parts.push_back(pixels);
    }
  });
  if (hooks.on_frames) return {};
  return at::cat(parts).permute({3, 0, 1, 2}).contiguous();
}

at::Tensor WanVae::decode_tiled(const at::Tensor& frames, const DecodePlan& plan, const VaeHooks& hooks) {
  CausalState front;
  std::vector<at::Tensor> maps;
  for_each_chunk(frames.size(0), plan.latent_frames, [&](std::int64_t first, std::int64_t count) {
    between(hooks);
    front.last_chunk = first + count == frames.size(0);
    maps.push_back(decode_front(weights_.decoder, frames.narrow(0, first, count), front));
  });
  const auto scale = config_.spatial;
  const auto total = config_.temporal * (frames.size(0) - 1) + 1;
  auto video = at::empty({total, frames.size(1) * scale, frames.size(2) * scale, 3}, at::kFloat);
  for (const auto& rows : cuts(frames.size(1), plan.tile_rows))
    for (const auto& columns : cuts(frames.size(2), plan.tile_columns)) {
      CausalState back;
      std::int64_t frame = 0;
      for (const auto& map : maps) {
        between(hooks);
        back.last_chunk = &map == &maps.back();
        const auto tile = map.narrow(1, rows.from, rows.to - rows.from).narrow(2, columns.from, columns.to - columns.from).contiguous();
        const auto pixels = to_pixels(decode_back(weights_.decoder, tile, back));
        video.narrow(0, frame, pixels.size(0))
            .narrow(1, rows.first * scale, rows.count * scale)
            .narrow(2, columns.first * scale, columns.count * scale)
            .copy_(pixels.narrow(1, (rows.first - rows.from) * scale, rows.count * scale)
                       .narrow(2, (columns.first - columns.from) * scale, columns.count * scale));
        frame += pixels.size(0);
      }
    }
  if (hooks.on_frames) {
    hooks.on_frames(video);
    return {};
  }
  return video.permute({3, 0, 1, 2}).contiguous();
}

at::Tensor WanVae::normalized(const at::Tensor& z, std::int64_t dim) const {
  return (z - statistics(config_.latents_mean, z, dim)) * statistics(config_.latents_std, z, dim).reciprocal();
}
at::Tensor WanVae::denormalized(const at::Tensor& z, std::int64_t dim) const {
  return z / statistics(config_.latents_std, z, dim).reciprocal() + statistics(config_.latents_mean, z, dim);
}

}  // namespace gallop::models::wan
