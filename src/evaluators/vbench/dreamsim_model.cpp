#include "evaluators/vbench/dreamsim_model.h"

#include <algorithm>

#include "base/check.h"
#include "base/json.h"
#include "base/names.h"
#include "evaluators/vbench/detector_checkpoints.h"
#include "tensor/mapped_pages.h"

namespace gallop::evaluators::vbench {
namespace {

using models::dreamsim::Branch;
using models::dreamsim::Kind;

constexpr std::string_view kDown = ".lora_A.weight", kUp = ".lora_B.weight";

// W + (alpha / r) B A for every module the adapters name.
class Adapters {
 public:
  Adapters(const std::filesystem::path& weights, std::filesystem::path file)
      : file_(std::move(file)), tensors_(open_checkpoint(file_, checkpoints::dreamsim_adapters)) {
    const auto settings = find_checkpoint(weights, checkpoints::dreamsim_settings);
    const auto json = base::read_json(settings);
    for (const char* name : {"r", "lora_alpha"})
      GALLOP_CHECK(json.contains(name) && json.at(name).is_number(), FormatError,
                   "{}: no number \"{}\"; expected the settings of DreamSim's adapters", base::quote(settings), name);
    rank_ = json.at("r").get<std::int64_t>();
    GALLOP_CHECK(rank_ > 0 && rank_ <= 4096, FormatError, "{}: \"r\" is {}, expected a rank of 1 to 4096", base::quote(settings), rank_);
    scale_ = json.at("lora_alpha").get<double>() / static_cast<double>(rank_);
  }

  at::Tensor merged(const std::string& branch, const std::string& name, const at::Tensor& weight) {
    constexpr std::string_view kWeight = ".weight";
    if (!name.ends_with(kWeight)) return weight;
    const auto stem = "base_model.model.extractor_list." + branch + ".model." + name.substr(0, name.size() - kWeight.size());
    const auto down = tensors_.take_optional(stem + std::string(kDown), {rank_, -1}),
               up = tensors_.take_optional(stem + std::string(kUp), {-1, rank_});
    if (!down || !up) return weight;
    GALLOP_CHECK(up->size(0) == weight.size(0) && down->size(1) == weight.size(1), ModelError,
                 "{}: adapters of \"{}\" are {} x {}, expected {} x {}", base::quote(file_), name, up->size(0), down->size(1),
                 weight.size(0), weight.size(1));
    const auto sum = weight + up->matmul(*down) * scale_;
    tensor::drop_mapped_pages(weight);
    return sum;
  }

  void finish() { tensors_.finish("expected the ensemble_lora adapters of DreamSim 0.2"); }

 private:
  std::filesystem::path file_;
  weights::WeightMap tensors_;
  std::int64_t rank_ = 1;
  double scale_ = 1.0;
};

Branch load_branch(Kind kind, const std::filesystem::path& weights, const Checkpoint& checkpoint, Adapters& adapters) {
  auto map = open_checkpoint(find_checkpoint(weights, checkpoint), checkpoint);
  const auto number = std::to_string(static_cast<int>(kind));
  const auto stored = params_of(map, {});
  auto branch = Branch::load(kind, {}, nn::Params([&](const std::string& name, at::IntArrayRef shape) {
                               return adapters.merged(number, name, stored(name, shape));
                             }));
  map.finish(fmt::format("expected {} as published at {}", checkpoint.file, checkpoint.origin));
  return branch;
}

}  // namespace

std::shared_ptr<const models::dreamsim::Dreamsim> load_dreamsim(const std::filesystem::path& weights, const LoadOptions& options) {
  GALLOP_CHECK(options.device.kind == Device::Kind::cpu, Unsupported,
               "DreamSim: runs on \"cpu\" only so far, not on \"{}\"; pass device \"cpu\"", options.device.str());
  const c10::InferenceMode guard;
  Adapters adapters(weights, find_checkpoint(weights, checkpoints::dreamsim_adapters));
  auto model = std::make_shared<models::dreamsim::Dreamsim>(
      models::dreamsim::Dreamsim{{load_branch(Kind::dino, weights, checkpoints::dino, adapters),
                                  load_branch(Kind::clip, weights, checkpoints::dreamsim_clip, adapters),
                                  load_branch(Kind::open_clip, weights, checkpoints::dreamsim_open_clip, adapters)}});
  adapters.finish();
  return model;
}

}  // namespace gallop::evaluators::vbench
