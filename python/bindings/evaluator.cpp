#include "bindings.h"

namespace gallop::python {
namespace {

// The clip of a request as Python knows it: a path or a Video.
py::object clip_object(const Clip& clip) {
  if (clip.file() != nullptr) return py::cast(*clip.file());
  return clip.frames() != nullptr ? py::cast(*clip.frames()) : py::cast(*clip.device_frames());
}

// An evaluator written in Python: a function from a ClipRequest to a number or a Score.
class PythonEvaluator final : public EvaluatorBase {
 public:
  PythonEvaluator(EvaluatorInfo info, std::shared_ptr<py::object> function) : info_(std::move(info)), function_(std::move(function)) {}
  EvaluatorInfo info() const override { return info_; }
  std::vector<Score> score(std::span<const ClipRequest> requests, const RunOptions&) override {
    py::gil_scoped_acquire lock;
    std::vector<Score> scores;
    for (const auto& request : requests) {
      const py::object answer = (*function_)(request);
      auto score = py::isinstance<Score>(answer) ? answer.cast<Score>() : Score{.value = answer.cast<double>()};
      score.dimension = info_.name;
      scores.push_back(std::move(score));
    }
    return scores;
  }

 private:
  EvaluatorInfo info_;
  std::shared_ptr<py::object> function_;
};

void register_python(const py::object& function, std::string name, std::string profile, std::string summary, double low, double high,
                     std::optional<bool> higher_is_better, int version) {
  EvaluatorInfo info{.name = std::move(name),
                     .profile = std::move(profile),
                     .summary = std::move(summary),
                     .low = low,
                     .high = high,
                     .higher_is_better = higher_is_better,
                     .version = version};
  // The registry outlives the interpreter: the function is kept for the life of the process and never released.
  const std::shared_ptr<py::object> kept(new py::object(function), [](py::object*) {});
  register_evaluator(info, [info, kept](const auto&, const auto&) { return std::make_unique<PythonEvaluator>(info, kept); });
}

// A path, frames in memory, or a request that carries more.
ClipRequest to_request(const py::object& source) {
  if (py::isinstance<ClipRequest>(source)) return source.cast<ClipRequest>();
  if (py::isinstance<Video>(source)) return {.clip = Clip(source.cast<Video>())};
  if (py::isinstance<DeviceFrames>(source)) return {.clip = Clip(source.cast<DeviceFrames>())};
  return {.clip = Clip(source.cast<std::filesystem::path>())};
}

std::vector<ClipRequest> to_requests(const py::iterable& sources) {
  std::vector<ClipRequest> requests;
  for (const auto& source : sources) requests.push_back(to_request(py::reinterpret_borrow<py::object>(source)));
  return requests;
}

ClipRequest make_request(const py::object& clip, std::string prompt, std::map<std::string, std::string> labels, std::optional<Image> image,
                         const py::object& reference) {
  auto request = to_request(clip);  // what a request carries stays unless something else is said
  if (!prompt.empty()) request.prompt = std::move(prompt);
  if (!labels.empty()) request.labels = std::move(labels);
  if (image) request.image = std::move(image);
  if (!reference.is_none()) request.reference = to_request(reference).clip;
  return request;
}

void bind_results(py::module_& module) {
  py::class_<Score>(module, "Score", "One number with its parts (per frame, pair or segment) and flags.")
      .def(py::init([](double value, std::vector<double> parts, std::vector<std::string> flags) {
             return Score{.value = value, .parts = std::move(parts), .flags = std::move(flags)};
           }),
           py::arg("value"), py::arg("parts") = std::vector<double>{}, py::arg("flags") = std::vector<std::string>{})
      .def_readonly("dimension", &Score::dimension)
      .def_readonly("value", &Score::value)
      .def_readonly("parts", &Score::parts)
      .def_readonly("flags", &Score::flags)
      .def_readonly("details", &Score::details)
      .def("__float__", [](const Score& self) { return self.value; })
      .def("__repr__", [](const Score& self) {
        char value[32];
        std::snprintf(value, sizeof value, "%.6g", self.value);
        return "Score('" + self.dimension + "', " + value +
               (self.flags.empty() ? "" : ", " + std::to_string(self.flags.size()) + " flags") + ")";
      });
  py::class_<Problem>(module, "Problem", "Why a dimension has no score for a clip.")
      .def_readonly("dimension", &Problem::dimension)
      .def_property_readonly("kind", [](const Problem& self) { return std::string(name_of(self.kind)); })
      .def_readonly("message", &Problem::message)
      .def("__repr__", [](const Problem& self) { return "Problem('" + self.dimension + "', " + std::string(name_of(self.kind)) + ")"; });
  py::class_<ClipResult>(module, "ClipResult", "The scores of one clip, and the problems in place of missing ones.")
      .def_readonly("clip", &ClipResult::clip)
      .def_readonly("scores", &ClipResult::scores)
      .def_readonly("problems", &ClipResult::problems);
}

void bind_base(py::module_& module) {
  py::class_<EvaluatorInfo>(module, "EvaluatorInfo", "Name, profile, needs, range and direction of an evaluator.")
      .def_readonly("name", &EvaluatorInfo::name)
      .def_readonly("profile", &EvaluatorInfo::profile)
      .def_readonly("summary", &EvaluatorInfo::summary)
      .def_readonly("licence", &EvaluatorInfo::licence)
      .def_readonly("needs", &EvaluatorInfo::needs)
      .def_readonly("low", &EvaluatorInfo::low)
      .def_readonly("high", &EvaluatorInfo::high)
      .def_readonly("higher_is_better", &EvaluatorInfo::higher_is_better)
      .def_readonly("version", &EvaluatorInfo::version)
      .def("__repr__", [](const EvaluatorInfo& self) { return "EvaluatorInfo('" + self.name + "', profile='" + self.profile + "')"; });
  py::class_<EvaluatorBase>(module, "Evaluator", "One dimension with its models loaded; one thread at a time.")
      .def_property_readonly("info", &EvaluatorBase::info)
      .def(
          "score",
          [](EvaluatorBase& self, const py::object& clip, std::string prompt, std::map<std::string, std::string> labels,
             std::optional<Image> image, const py::object& reference, py::object on_progress, const std::optional<CancelToken>& cancel) {
            const auto request = make_request(clip, std::move(prompt), std::move(labels), std::move(image), reference);
            const auto run = make_run_options(std::move(on_progress), cancel);
            py::gil_scoped_release unlocked;
            return self.score(request, run);
          },
          py::arg("clip"), py::kw_only(), py::arg("prompt") = "", py::arg("labels") = std::map<std::string, std::string>{},
          py::arg("image") = py::none(), py::arg("reference") = py::none(), py::arg("on_progress") = py::none(),
          py::arg("cancel") = py::none())
      .def("__repr__", [](const EvaluatorBase& self) { return "Evaluator('" + self.info().name + "')"; })
      .def("__reduce__", [](const EvaluatorBase&) -> py::object {
        throw py::type_error("an evaluator holds model weights and is not pickled; call gallop.make_evaluator in the other process");
      });
}

}  // namespace

void bind_evaluator(py::module_& module) {
  bind_results(module);
  bind_base(module);
  py::class_<ClipRequest>(module, "ClipRequest", "One clip to judge and what is known about it.")
      .def(py::init(&make_request), py::arg("clip"), py::kw_only(), py::arg("prompt") = "",
           py::arg("labels") = std::map<std::string, std::string>{}, py::arg("image") = py::none(), py::arg("reference") = py::none())
      .def_readonly("prompt", &ClipRequest::prompt)
      .def_readonly("labels", &ClipRequest::labels)
      .def_property_readonly("clip", [](const ClipRequest& self) { return clip_object(self.clip); })
      .def_property_readonly("name", [](const ClipRequest& self) { return self.clip.name(); })
      .def("__repr__", [](const ClipRequest& self) { return "ClipRequest('" + self.clip.name() + "')"; });
  module.def(
      "evaluators", [](const std::string& profile) { return evaluators(profile); }, py::arg("profile") = "",
      "Everything registered, sorted by name; an empty profile means all.");
  module.def(
      "register_evaluator", &register_python, py::arg("function"), py::arg("name"), py::kw_only(), py::arg("profile") = "custom",
      py::arg("summary") = "", py::arg("low") = 0.0, py::arg("high") = 1.0, py::arg("higher_is_better") = true, py::arg("version") = 1,
      "Adds an evaluator: function(ClipRequest) -> float or Score. An exception of the function ends the run. Raise `version` when a "
      "change gives the same clip another value: stored results of this evaluator are then computed again.");
  module.def(
      "make_evaluator",
      [](const std::string& name, const std::filesystem::path& weights, const std::optional<Device>& device,
         const std::optional<std::string>& dtype) {
        const auto options = load_options(device, dtype);
        py::gil_scoped_release unlocked;
        return make_evaluator(name, weights, options);
      },
      py::arg("name"), py::arg("weights") = std::filesystem::path(), py::kw_only(), py::arg("device") = py::none(),
      py::arg("dtype") = py::none());
  module.def(
      "_score_clips",
      [](const py::iterable& clips, std::vector<std::string> dimensions, std::string profile, std::filesystem::path weights,
         std::optional<double> normalized_fps, const std::optional<Device>& device, const std::optional<std::string>& dtype,
         py::object on_progress, const std::optional<CancelToken>& cancel) {
        const auto requests = to_requests(clips);
        const ScoreOptions options{.dimensions = std::move(dimensions),
                                   .profile = std::move(profile),
                                   .weights = std::move(weights),
                                   .load = load_options(device, dtype),
                                   .normalized_fps = normalized_fps};
        const auto run = make_run_options(std::move(on_progress), cancel);
        py::gil_scoped_release unlocked;
        return score_clips(requests, options, run);
      },
      py::arg("clips"), py::kw_only(), py::arg("dimensions"), py::arg("profile"), py::arg("weights"), py::arg("normalized_fps"),
      py::arg("device"), py::arg("dtype"), py::arg("on_progress"), py::arg("cancel"));
}

}  // namespace gallop::python
