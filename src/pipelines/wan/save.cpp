#include "pipelines/wan/save.h"

#include <unistd.h>

#include "base/check.h"
#include "base/files.h"
#include "base/names.h"
#include "models/wan/lora.h"
#include "tensor/convert.h"
#include "weights/safetensors.h"

namespace gallop::pipelines::wan {
namespace {

namespace fs = std::filesystem;
using base::OrderedJson;

constexpr std::uint64_t kShard = 2'000'000'000;  // bytes of a file, and about the memory a conversion takes

// Tensors of one component as they come, in files of limited size; an index when there is more than one.
class ShardWriter {
 public:
  ShardWriter(fs::path folder, std::string stem, const base::RunMonitor& monitor)
      : folder_(std::move(folder)), stem_(std::move(stem)), monitor_(monitor) {
    fs::create_directories(folder_);
  }
  void add(const std::string& name, const at::Tensor& value) {
    monitor_.pulse();
    if (bytes_ > 0 && bytes_ + value.nbytes() > kShard) flush();
    pending_[name] = value.contiguous();
    bytes_ += value.nbytes();
  }
  void finish() {
    flush();
    if (shards_.size() == 1) {
      fs::rename(folder_ / shard_name(0), folder_ / (stem_ + ".safetensors"));
      return;
    }
    OrderedJson index{{"metadata", {{"total_size", total_}}}, {"weight_map", OrderedJson::object()}};
    std::map<std::string, std::string> files;
    for (std::size_t i = 0; i < shards_.size(); ++i) {
      const auto name = fmt::format("{}-{:05}-of-{:05}.safetensors", stem_, i + 1, shards_.size());
      fs::rename(folder_ / shard_name(i), folder_ / name);
      for (const auto& tensor : shards_[i]) files[tensor] = name;
    }
    for (const auto& [tensor, file] : files) index["weight_map"][tensor] = file;
    base::write_text_atomic(folder_ / (stem_ + ".safetensors.index.json"), index.dump(1));
  }

 private:
  std::string shard_name(std::size_t i) const { return fmt::format("part-{}.safetensors", i); }
  void flush() {
    if (pending_.empty()) return;
    weights::write_safetensors(folder_ / shard_name(shards_.size()), pending_, {{"format", "pt"}});
    std::vector<std::string> names;
    for (const auto& [name, value] : pending_) names.push_back(name);
    shards_.push_back(std::move(names));
    total_ += bytes_;
    bytes_ = 0;
    pending_.clear();
  }

  fs::path folder_;
  std::string stem_;
  const base::RunMonitor& monitor_;
  weights::TensorMap pending_;
  std::uint64_t bytes_ = 0, total_ = 0;
  std::vector<std::vector<std::string>> shards_;
};

void write_json(const fs::path& file, const OrderedJson& json) { base::write_text_atomic(file, json.dump(2) + "\n"); }

void copy_tokenizer(const fs::path& from, const fs::path& to) {
  if (from.empty()) return;
  fs::create_directories(to);
  if (!fs::is_directory(from)) {
    fs::copy_file(from, to / from.filename());
    return;
  }
  for (const auto& entry : fs::directory_iterator(from))
    if (entry.is_regular_file()) fs::copy_file(entry.path(), to / entry.path().filename());
}

}  // namespace

// Everything of a model but its weights in memory: reads parts through the walk that loading uses.
class ModelWriter {
 public:
  ModelWriter(const WanParts& parts, fs::path folder, at::ScalarType type, const base::RunMonitor& monitor)
      : parts_(parts), folder_(std::move(folder)), type_(type), monitor_(monitor) {}

  void write() {
    const int total = static_cast<int>(parts_.experts()) + 3;
    int done = 0;
    const auto tick = [&](const char* what) { monitor_.tick(Stage::write, done++, total, what); };
    for (std::size_t i = 0; i < parts_.experts(); ++i) {
      const std::string name = i == 0 ? "transformer" : "transformer_2";
      tick(name.c_str());
      write_expert(i, folder_ / name);
      index_[name] = {"diffusers", "WanTransformer3DModel"};
    }
    tick("vae");
    write_vae();
    tick("text_encoder");
    write_text();
    tick("image_encoder");
    write_vision();
    write_index();
    monitor_.tick(Stage::write, total, total);
  }

 private:
  void write_expert(std::size_t index, const fs::path& folder) {
    const auto& expert = parts_.experts_[index];
    auto patches = parts_.adapters_[index];
    for (const auto& [name, patch] : expert.scales) patches[name].scale = patch.scale;
    ShardWriter writer(folder, "diffusion_pytorch_model", monitor_);
    const models::wan::SlotVisitor add = [&](const models::wan::TensorSlot& slot, at::Tensor& value) {
      writer.add(slot.name, models::wan::patched(slot.name, value, patches, slot.keeps_float32 ? at::kFloat : type_, at::kCPU));
    };
    auto globals = expert.weights.globals;
    models::wan::visit(globals, parts_.config_, add);
    for (std::size_t i = 0; i < expert.weights.blocks.size(); ++i) {
      auto block = expert.weights.blocks[i];
      models::wan::visit(block, static_cast<std::int64_t>(i), parts_.config_, add);
    }
    writer.finish();
    write_json(folder / "config.json", parts_.config_.to_diffusers());
  }

  void write_vae() {
    ShardWriter writer(folder_ / "vae", "diffusion_pytorch_model", monitor_);
    auto vae = parts_.vae_weights_;
    models::wan::visit(vae, parts_.vae_config_, [&](const std::string& name, const std::vector<std::int64_t>&, at::Tensor& value) {
      writer.add(name, value.to(at::kFloat));
    });
    writer.finish();
    write_json(folder_ / "vae" / "config.json", parts_.vae_config_.to_diffusers());
    index_["vae"] = {"diffusers", "AutoencoderKLWan"};
  }

  void write_text() {
    if (!parts_.text_config_) return;
    const auto type = type_ == at::kHalf ? at::kFloat : type_;  // float16 overflows in this encoder
    ShardWriter writer(folder_ / "text_encoder", "model", monitor_);
    const auto add = [&](const std::string& name, const at::Tensor& value) {
      writer.add(name, models::wan::patched(name, value, parts_.text_scales_, type, at::kCPU));
    };
    const auto& text = parts_.text_weights_;
    add("shared.weight", text.embedding);
    add("encoder.final_layer_norm.weight", text.final_norm);
    for (std::size_t i = 0; i < text.layers.size(); ++i)
      for (const auto& [name, value] : models::umt5::tensors_of(text.layers[i])) add(fmt::format("encoder.block.{}.{}", i, name), value);
    writer.finish();
    write_json(folder_ / "text_encoder" / "config.json", parts_.text_config_->to_json());
    copy_tokenizer(parts_.files_.tokenizer, folder_ / "tokenizer");
    if (parts_.files_.tokenizer.empty() && !parts_.embedded_tokenizer_.empty()) {
      fs::create_directories(folder_ / "tokenizer");
      base::write_text_atomic(folder_ / "tokenizer" / "spiece.model", parts_.embedded_tokenizer_);
    }
    index_["text_encoder"] = {"transformers", "UMT5EncoderModel"};
    index_["tokenizer"] = {"transformers", "T5TokenizerFast"};
  }

  void write_vision() {
    if (parts_.vision_tensors_.empty()) return;
    ShardWriter writer(folder_ / "image_encoder", "model", monitor_);
    for (const auto& [name, value] : parts_.vision_tensors_)
      writer.add(name, value.is_floating_point() ? value.to(type_ == at::kHalf ? at::kFloat : type_) : value);
    writer.finish();
    const auto heads = parts_.vision_heads_ > 0 ? parts_.vision_heads_ : *parts_.config_.image_dim / 80;
    write_json(folder_ / "image_encoder" / "config.json", {{"model_type", "clip_vision_model"},
                                                           {"hidden_size", *parts_.config_.image_dim},
                                                           {"num_attention_heads", heads},
                                                           {"hidden_act", "gelu"}});
    index_["image_encoder"] = {"transformers", "CLIPVisionModelWithProjection"};
  }

  void write_index() {
    const auto& files = parts_.files_;
    const bool pictures = parts_.config_.in_channels != parts_.config_.out_channels;
    OrderedJson json{{"_class_name", pictures ? "WanImageToVideoPipeline" : "WanPipeline"}};
    json.update(index_);
    json["boundary_ratio"] = files.boundary ? OrderedJson(*files.boundary) : OrderedJson(nullptr);
    json["expand_timesteps"] = files.expand_timesteps;
    json["scheduler"] = {"diffusers", "UniPCMultistepScheduler"};
    write_json(folder_ / "model_index.json", json);
    fs::create_directories(folder_ / "scheduler");
    write_json(folder_ / "scheduler" / "scheduler_config.json", {{"_class_name", "UniPCMultistepScheduler"},
                                                                 {"num_train_timesteps", 1000},
                                                                 {"solver_order", 2},
                                                                 {"prediction_type", "flow_prediction"},
                                                                 {"use_flow_sigmas", true},
                                                                 {"flow_shift", files.flow_shift.value_or(3.0)}});
    if (!files.own.is_null()) base::write_text_atomic(folder_ / "gallop.json", files.own.dump(1) + "\n");
  }

  const WanParts& parts_;
  fs::path folder_;
  at::ScalarType type_;
  const base::RunMonitor& monitor_;
  OrderedJson index_ = OrderedJson::object();
};

void save_model(const WanParts& parts, const fs::path& folder, std::optional<DType> dtype, const base::RunMonitor& monitor) {
  const c10::InferenceMode guard;
  GALLOP_CHECK(!dtype || *dtype != DType::uint8, InvalidArgument,
               "save.dtype: uint8 is no type for weights; use bfloat16, float16 or float32");
  GALLOP_CHECK(!fs::exists(folder) || (fs::is_directory(folder) && fs::is_empty(folder)), InvalidArgument,
               "{}: exists and is not empty; name a new folder", base::quote(folder));
  // Written beside the target, renamed when whole.
  const auto name = folder.has_filename() ? folder : folder.parent_path();
  const auto temporary = name.parent_path() / fmt::format(".{}.{}.part", name.filename().string(), ::getpid());
  try {
    fs::create_directories(temporary);
    ModelWriter(parts, temporary, dtype ? tensor::to_aten(*dtype) : parts.dtype(), monitor).write();
    if (fs::exists(name)) fs::remove(name);
    fs::rename(temporary, name);
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(temporary, ignored);
    throw;
  }
}

std::string described_parts(const WanParts& parts) {
  const auto& bytes = parts.bytes();
  const auto& config = parts.transformer_config();
  const auto& vae = parts.vae_config();
  const auto line = [](const std::string& name, std::uint64_t size, const std::string& rest) {
    return fmt::format("  {:<14}{:>8} MB  {}\n", name, (size + 999'999) / 1'000'000, rest);
  };
  std::string text;
  for (std::size_t i = 0; i < parts.experts(); ++i)
    text += line(i == 0 ? "transformer" : "transformer_2", bytes.expert,
                 fmt::format("{} blocks, width {}, {} heads, {} -> {} channels{}", config.layers, config.width(), config.heads,
                             config.in_channels, config.out_channels, config.image_dim ? ", image branch" : ""));
  text += line("vae", bytes.vae,
               fmt::format("Wan {} form, {} latent channels, {}x in space, {}x in time", vae.residual ? "2.2" : "2.1", vae.z_dim,
                           vae.spatial, vae.temporal));
  text += line("text_encoder", bytes.text, bytes.text > 0 ? fmt::format("UMT5, width {}", config.text_dim) : "absent");
  if (config.image_dim)
    text +=
        line("image_encoder", bytes.vision, bytes.vision > 0 ? fmt::format("CLIP vision tower, width {}", *config.image_dim) : "absent");
  if (parts.files().boundary) text += fmt::format("  experts change at {} of the schedule\n", *parts.files().boundary);
  return "parts (" + parts.files().layout + " layout), sizes in memory:\n" + text;
}

}  // namespace gallop::pipelines::wan
