// A forward of the joint audio-video transformer against the rate of its own matrix products, both in processor time and in turn:
// prints JSON.
// `joint_bench [float32|bfloat16] [runs]`: eight layers of width 1280 in the published proportions, 1024 video, 33 audio and 100
// text tokens.
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <string>
#include <vector>

#include "base/json.h"
#include "models/single_stream/cost.h"
#include "models/single_stream/transformer.h"

namespace {

using namespace gallop;
using namespace gallop::models::single_stream;

JointConfig middle_config() {
  JointConfig config;
  config.width = 1280;
  config.head_dim = 128;
  config.kv_heads = 2;
  config.text_features = 896;
  config.gated_width = 3412;
  config.plain_width = 5120;
  for (int i = 0; i < 8; ++i) config.layers.push_back({.experts = i == 0 || i == 7, .gated = i != 0});
  return config;
}

// Processor time of all threads: what else the machine does meanwhile does not count.
double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

template <class Work>
double seconds_of(const Work& work) {
  const double start = processor_seconds();
  work();
  return processor_seconds() - start;
}

double median(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

// The products of one gated layer in the pieces the forward uses.
class Products {
 public:
  Products(const JointConfig& config, std::int64_t rows, at::ScalarType dtype) {
    const std::vector<std::pair<std::int64_t, std::int64_t>> shapes{{config.qkv_rows(), config.width},
                                                                    {config.width, config.width},
                                                                    {2 * config.gated_width, config.width},
                                                                    {config.width, config.gated_width}};
    for (const auto& [out, in] : shapes) {
      weights_.push_back(at::randn({out, in}).to(dtype));
      inputs_.push_back(at::randn({rows, in}).to(dtype));
      operations_ += 2.0 * static_cast<double>(rows) * static_cast<double>(out) * static_cast<double>(in);
    }
  }
  void run() const {
    for (std::size_t i = 0; i < weights_.size(); ++i) (void)at::linear(inputs_[i], weights_[i]);
  }
  double operations() const { return operations_; }

 private:
  std::vector<at::Tensor> weights_, inputs_;
  double operations_ = 0.0;
};

}  // namespace

int main(int count, char** arguments) {
  const std::string kind = count > 1 ? arguments[1] : "float32";
  const int runs = count > 2 ? std::stoi(arguments[2]) : 7;
  const auto dtype = kind == "bfloat16" ? at::kBFloat16 : at::kFloat;
  const c10::InferenceMode guard;
  const auto config = middle_config();
  weights::TensorMap tensors;
  for (const auto& slot : transformer_slots(config)) tensors[slot.name] = at::randn(slot.shape) * (slot.shape.size() == 2 ? 0.02 : 0.1);
  tensors["adapter.rope.bands"] = rotary_bands(config.bands());
  weights::WeightMap map(std::move(tensors), "bench");
  const auto weights = take_transformer(map, config);
  map.finish();
  auto transformer = JointTransformer::resident(config, weights, dtype, at::kCPU);
  const JointInput input{.video = at::randn({48, 8, 16, 32}), .audio = at::randn({33, 64}), .text = at::randn({100, config.text_features})};
  const Layout layout{8, 8, 16, 33, 100};
  const Products products(config, 1024, dtype);
  std::vector<double> forwards, gemms;
  for (int i = -1; i < runs; ++i) {  // the first pair touches the memory
    const double forward = seconds_of([&] { (void)transformer.forward(input); }), gemm = seconds_of([&] { products.run(); });
    if (i < 0) continue;
    forwards.push_back(forward);
    gemms.push_back(gemm);
  }
  const auto cost = forward_cost(config, layout);
  const double rate = cost.total() / median(forwards), product_rate = products.operations() / median(gemms);
  base::Json report{{"dtype", kind},
                    {"threads", at::get_num_threads()},
                    {"forward_seconds", median(forwards)},
                    {"fastest", *std::min_element(forwards.begin(), forwards.end())},
                    {"slowest", *std::max_element(forwards.begin(), forwards.end())},
                    {"gflop", cost.total() / 1e9},
                    {"gflop_per_s", rate / 1e9},
                    {"product_gflop_per_s", product_rate / 1e9},
                    {"share", rate / product_rate}};
  fmt::print("{}\n", report.dump());
  return 0;
}
