// The public side of looking into checkpoints.
#include "gallop/weights.h"

#include "base/hash.h"
#include "evaluators/vbench/checkpoint_report.h"
#include "tensor/translate.h"
#include "weights/safetensors.h"
#include "weights/safetensors_dtype.h"

namespace gallop {
inline namespace v0 {

std::vector<TensorInfo> inspect_weights(const std::filesystem::path& file, bool hash) {
  return tensor::translated([&] {
    std::vector<TensorInfo> infos;
    for (const auto& [name, tensor] : weights::open_weights(file)) {
      const auto dtype = weights::safetensors_name(tensor.scalar_type());
      TensorInfo info{.name = name, .dtype = std::string(dtype.value_or("?")), .shape = tensor.sizes().vec()};
      if (hash) {
        const auto plain = tensor.contiguous();
        info.sha256 = base::sha256_hex({static_cast<const std::byte*>(plain.const_data_ptr()), plain.nbytes()});
      }
      infos.push_back(std::move(info));
    }
    return infos;
  });
}

void convert_weights(const std::filesystem::path& file, const std::filesystem::path& target) {
  tensor::translated([&] { weights::write_safetensors(target, weights::open_weights(file)); });
}

std::string_view name_of(CheckpointState state) noexcept {
  switch (state) {
    case CheckpointState::good:
      return "good";
    case CheckpointState::missing:
      return "missing";
    case CheckpointState::bad:
      return "bad";
  }
  return "?";
}

std::vector<CheckpointInfo> checkpoints() { return evaluators::vbench::known_checkpoints(); }

std::vector<CheckpointReport> check_checkpoints(const std::filesystem::path& folder, const CheckpointOptions& options) {
  return tensor::translated([&] { return evaluators::vbench::check_checkpoints(folder, options); });
}

}  // namespace v0
}  // namespace gallop
