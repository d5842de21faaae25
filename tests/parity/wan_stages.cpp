// The stages of a Wan model on given inputs: wan_stages MODEL INPUTS.safetensors OUT.safetensors THREADS
// Reads the tensors "in.*" that the reference stored and writes results under the reference's names.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "pipelines/wan/parts.h"
#include "pipelines/wan/pictures.h"
#include "schedulers/scheduler.h"
#include "tensor/resize.h"
#include "text/prompt.h"
#include "weights/safetensors.h"

namespace {

using namespace gallop;
using weights::TensorMap;

const at::Tensor& input(const TensorMap& inputs, const std::string& name) { return inputs.at("in." + name); }

void text(pipelines::wan::WanParts& parts, const TensorMap& inputs, TensorMap& out) {
  for (int i = 0; inputs.contains("in.prompt." + std::to_string(i)); ++i) {
    const auto bytes = input(inputs, "prompt." + std::to_string(i)).contiguous();
    const std::string prompt(reinterpret_cast<const char*>(bytes.const_data_ptr()), bytes.nbytes());
    const auto ids = parts.tokenizer().encode(text::clean_prompt(prompt), 512);
    const auto count = static_cast<std::int64_t>(ids.size());
    const auto n = std::to_string(i);
    out["ids." + n] = at::tensor(std::vector<std::int64_t>(ids.begin(), ids.end()), at::kLong);
    out["mask." + n] = at::cat({at::ones({count}, at::kLong), at::zeros({512 - count}, at::kLong)});
    auto rows = at::zeros({512, parts.transformer_config().text_dim}, at::kFloat);
    rows.narrow(0, 0, count).copy_(parts.text_encoder().encode(ids));
    out["text." + n] = rows;
  }
}

void pictures(pipelines::wan::WanParts& parts, const TensorMap& inputs, TensorMap& out) {
  for (int i = 0; inputs.contains("in.picture." + std::to_string(i)); ++i) {
    const auto n = std::to_string(i);
    const auto& picture = input(inputs, "picture." + n);
    const auto size = input(inputs, "size." + n).to(at::kLong);
    out["resized." + n] = pipelines::wan::fitted_picture(picture, size[0].item<std::int64_t>(), size[1].item<std::int64_t>())
                              .permute({1, 2, 0})
                              .add(1.0)
                              .mul(127.5)
                              .round()
                              .to(at::kByte)
                              .contiguous();
    if (!parts.transformer_config().image_dim) continue;
    out["pixels." + n] = models::clip::vision_pixels(picture);
    out["features." + n] = parts.vision().features(out["pixels." + n]);
  }
}

void grids(TensorMap& out) {
  for (const auto* kind : {"unipc", "dpm++", "euler", "heun"})
    for (const double shift : {3.0, 8.0})
      for (const int steps : {4, 7, 30}) {
        const auto name = fmt::format("grid.{}.{:g}.{}.", kind, shift, steps);
        const auto solver = schedulers::make_scheduler(kind, steps, shift);
        out[name + "timesteps"] = at::tensor(solver->grid().timesteps, at::kDouble).to(at::kFloat);
        out[name + "sigmas"] = at::tensor(solver->grid().sigmas, at::kDouble).to(at::kFloat);
      }
}

void transformers(pipelines::wan::WanParts& parts, const TensorMap& inputs, TensorMap& out, const std::string& suffix) {
  for (std::size_t i = 0; i < parts.experts(); ++i) {
    const std::string part = i == 0 ? "transformer" : "transformer_2";
    models::wan::WanInput given{input(inputs, part + ".latents"), input(inputs, part + ".timestep"), input(inputs, part + ".text"), {}};
    if (parts.transformer_config().image_dim) given.image = input(inputs, part + ".image");
    const auto keep = [&](const std::string& stage, const at::Tensor& value) {
      out[part + suffix + "." + stage] = value.to(at::kFloat).clone();
    };
    keep("output", parts.expert(i).forward(given, {.observe = keep}));
  }
}

void vae(pipelines::wan::WanParts& parts, const TensorMap& inputs, TensorMap& out) {
  const auto moments = parts.vae().encode(input(inputs, "vae.video"));
  out["vae.mean"] = moments[0];
  out["vae.logvar"] = moments[1];
  out["vae.decode"] = parts.vae().decode(input(inputs, "vae.z"));
}

int run(const char* model, const char* given, const char* target) {
  const c10::InferenceMode guard;
  const auto inputs = weights::open_safetensors(given);
  TensorMap out;
  pipelines::wan::WanParts parts(*pipelines::wan::find_files(std::filesystem::path(model)), {.device = {}});
  text(parts, inputs, out);
  pictures(parts, inputs, out);
  grids(out);
  transformers(parts, inputs, out, "");
  vae(parts, inputs, out);
  pipelines::wan::WanParts reduced(*pipelines::wan::find_files(std::filesystem::path(model)), {.device = {}, .dtype = DType::bfloat16});
  transformers(reduced, inputs, out, "_bf16");
  for (auto& [name, value] : out) value = value.contiguous();
  weights::write_safetensors(target, out);
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) {
    std::fprintf(stderr, "usage: wan_stages MODEL INPUTS.safetensors OUT.safetensors THREADS\n");
    return 2;
  }
  try {
    at::set_num_threads(std::atoi(arguments[4]));
    return run(arguments[1], arguments[2], arguments[3]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "wan_stages: %s\n", error.what());
    return 1;
  }
}
