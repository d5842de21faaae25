// Devices, threads and versions: what the process runs on.
#include "base/check.h"
#include "gallop/device.h"
#include "gallop/version.h"
#include "tensor/aten.h"

namespace gallop {
inline namespace v0 {

void set_threads(int count) {
  GALLOP_CHECK(count >= 0 && count <= 1024, InvalidArgument, "threads: {} is not believable; use 1 to 1024, or 0 for the default", count);
  static const int default_threads = at::get_num_threads();
  at::set_num_threads(count == 0 ? default_threads : count);
}
int threads() noexcept { return at::get_num_threads(); }

std::vector<Component> components() {
  return {{"gallop", GALLOP_VERSION, ""},
          {"LibTorch", GALLOP_TORCH_VERSION, fmt::format("{}, {} threads", at::hasCUDA() ? "CUDA" : "CPU only", at::get_num_threads())},
          {"device", Device::best().str(), at::hasCUDA() ? "" : "no GPU seen by this LibTorch"},
          {"processor", at::get_cpu_capability(), "instruction set LibTorch uses"}};
}

}  // namespace v0
}  // namespace gallop
