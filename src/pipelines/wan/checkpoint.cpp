#include "pipelines/wan/checkpoint.h"

#include "base/check.h"
#include "base/names.h"
#include "weights/safetensors.h"

namespace gallop::pipelines::wan {
namespace {

at::Tensor of_text(const std::string& text) {
  return at::tensor(std::vector<std::int64_t>(text.begin(), text.end()), at::kLong).to(at::kByte);
}
at::Tensor of_numbers(const std::vector<std::int64_t>& numbers) { return at::tensor(numbers, at::kLong); }

std::vector<std::int64_t> numbers_of(const at::Tensor& tensor) {
  const auto plain = tensor.to(at::kLong).contiguous();
  return {plain.const_data_ptr<std::int64_t>(), plain.const_data_ptr<std::int64_t>() + plain.numel()};
}

}  // namespace

void save_checkpoint(const std::filesystem::path& file, const std::string& request, const schedulers::Scheduler& solver,
                     const at::Tensor& latents) {
  const auto state = solver.state();
  weights::TensorMap tensors{{"request", of_text(request)}, {"latents", latents.to(at::kCPU)}};
  std::vector<std::int64_t> numbers{state.evaluation, static_cast<std::int64_t>(state.tensors.size())};
  numbers.insert(numbers.end(), state.counters.begin(), state.counters.end());
  tensors["state"] = of_numbers(numbers);
  for (std::size_t i = 0; i < state.tensors.size(); ++i)
    if (state.tensors[i].defined()) tensors[fmt::format("solver.{}", i)] = state.tensors[i].to(at::kCPU);
  weights::write_safetensors(file, tensors);
}

bool resume_checkpoint(const std::filesystem::path& file, const std::string& request, schedulers::Scheduler& solver, at::Tensor& latents) {
  if (!std::filesystem::exists(file)) return false;
  const auto tensors = weights::open_safetensors(file);
  const auto find = [&](const std::string& name) {
    const auto found = tensors.find(name);
    GALLOP_CHECK(found != tensors.end(), FormatError,
                 "{}: no tensor \"{}\"; this is no checkpoint of a run, remove it or name another file", base::quote(file), name);
    return found->second;
  };
  GALLOP_CHECK(find("request").equal(of_text(request)), InvalidArgument,
               "generate.checkpoint: {} was kept by a run with other options, weights or adapters; remove it or name another file",
               base::quote(file));
  const auto numbers = numbers_of(find("state"));
  const auto kept = find("latents");
  GALLOP_CHECK(numbers.size() >= 2 && numbers[0] >= 0 && numbers[0] <= solver.evaluations() && numbers[1] >= 0 && numbers[1] <= 16 &&
                   kept.sizes() == latents.sizes() && kept.scalar_type() == at::kFloat,
               FormatError, "{}: the checkpoint does not fit the run; remove it", base::quote(file));
  schedulers::SolverState state{.evaluation = static_cast<int>(numbers[0])};
  state.counters.assign(numbers.begin() + 2, numbers.end());
  for (std::int64_t i = 0; i < numbers[1]; ++i) {
    const auto found = tensors.find(fmt::format("solver.{}", i));
    state.tensors.push_back(found == tensors.end() ? at::Tensor() : found->second.to(latents.device()).clone());
  }
  solver.restore(state);
  latents = kept.to(latents.device()).clone();
  return true;
}

}  // namespace gallop::pipelines::wan
