#include "models/wan/conditioning.h"

#include <cmath>

#include "nn/tokens.h"

namespace gallop::models::wan {
namespace {

// Runs of equal columns of [B, N].
std::vector<TimeSpan> equal_runs(const at::Tensor& timestep) {
  const auto host = timestep.to(at::kCPU).contiguous();
  const auto values = host.accessor<float, 2>();
  std::vector<TimeSpan> runs{{0, 1}};
  for (std::int64_t n = 1; n < host.size(1); ++n) {
    bool same = true;
    for (std::int64_t b = 0; b < host.size(0); ++b) same = same && values[b][n] == values[b][n - 1];
    if (same) {
      ++runs.back().count;
    } else {
      runs.push_back({n, 1});
    }
  }
  return runs;
}

// [..., ] -> [..., freq_dim]: cosines, then sines, in float32 as diffusers has it.
at::Tensor sinusoid(const at::Tensor& timestep, std::int64_t width) {
  const auto half = width / 2;
  const auto exponent = at::arange(0, half, timestep.options()).mul(-std::log(10000.0)).div(static_cast<double>(half));
  const auto angles = timestep.unsqueeze(-1) * exponent.exp();
  return at::cat({angles.cos(), angles.sin()}, -1);
}

}  // namespace

TimeModulation time_modulation(const WanGlobals& globals, const WanConfig& config, const at::Tensor& timestep, std::int64_t tokens) {
  TimeModulation result;
  at::Tensor distinct;  // [B, spans]
  if (timestep.dim() == 1) {
    result.spans = {{0, tokens}};
    distinct = timestep.to(at::kFloat).unsqueeze(1);
  } else {
    const auto all = timestep.to(at::kFloat);
    result.spans = equal_runs(all);
    std::vector<at::Tensor> columns;
    for (const auto& span : result.spans) columns.push_back(all.select(1, span.first));
    distinct = at::stack(columns, 1);
  }
  const auto dtype = globals.patch.weight.scalar_type();
  const auto spectrum = sinusoid(distinct.to(globals.time_in.weight.device()), config.freq_dim);
  result.embedding = globals.time_out(at::silu(globals.time_in(spectrum))).to(dtype);
  const auto projected = globals.time_proj(at::silu(result.embedding));
  result.projection = projected.view({projected.size(0), projected.size(1), 6, config.width()});
  return result;
}

at::Tensor embed_text(const WanGlobals& globals, const at::Tensor& text) {
  return globals.text_out(globals.text_in.gelu(text.to(globals.text_in.weight.options())));
}

at::Tensor embed_image(const WanGlobals& globals, const at::Tensor& image) {
  constexpr double kEps = 1e-5;
  auto x = image.to(globals.image_in.weight.options());
  if (globals.image_positions.defined()) x = x.reshape({-1, 2 * x.size(1), x.size(2)}) + globals.image_positions;
  x = nn::affine_norm(x.contiguous(), globals.image_norm, globals.image_norm_bias, kEps);
  x = globals.image_out(at::gelu(globals.image_in(x)));
  return nn::affine_norm(x, globals.image_out_norm, globals.image_out_norm_bias, kEps);
}

}  // namespace gallop::models::wan
