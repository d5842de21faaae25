// The public side of looking into checkpoints.
#include "gallop/weights.h"

#include "base/hash.h"
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

}  // namespace v0
}  // namespace gallop
