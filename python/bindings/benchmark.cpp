#include <cmath>

#include "bindings.h"

namespace gallop::python {
namespace {

template <class E>
std::string text_of(E value) {
  return std::string(name_of(value));
}

// File names as Python knows them: bytes that are no UTF-8 become surrogates, as os.listdir has it.
py::str file_text(const std::string& name) {
  return py::reinterpret_steal<py::str>(PyUnicode_DecodeFSDefaultAndSize(name.data(), static_cast<py::ssize_t>(name.size())));
}

RunPlan make_plan(std::filesystem::path videos, std::filesystem::path weights, std::filesystem::path run, std::filesystem::path images,
                  std::vector<std::string> dimensions, const std::optional<std::string>& shard, const std::optional<Device>& device,
                  const std::optional<std::string>& dtype, bool retry_problems) {
  RunPlan plan{.videos = std::move(videos),
               .weights = std::move(weights),
               .run = std::move(run),
               .images = std::move(images),
               .dimensions = std::move(dimensions),
               .retry_problems = retry_problems};
  if (shard) plan.shard = Shard::parse(*shard);
  if (device) plan.load.device = *device;
  if (dtype) plan.load.dtype = parse_dtype(*dtype);
  return plan;
}

Suite load_suite(const std::filesystem::path& file, std::string name, std::vector<std::string> dimensions, std::optional<int> samples,
                 bool require_official) {
  return Suite::load(
      file, {.name = std::move(name), .dimensions = std::move(dimensions), .samples = samples, .require_official = require_official});
}

void bind_suite(py::module_& module) {
  py::class_<SuiteRecord>(module, "SuiteRecord", "One prompt and what is judged about its clips.")
      .def_readonly("prompt", &SuiteRecord::prompt)
      .def_readonly("dimensions", &SuiteRecord::dimensions)
      .def_readonly("labels", &SuiteRecord::labels)
      .def_readonly("image", &SuiteRecord::image)
      .def_readonly("file", &SuiteRecord::file)
      .def("__repr__", [](const SuiteRecord& self) { return "SuiteRecord(" + std::to_string(self.dimensions.size()) + " dimensions)"; });
  py::class_<Suite>(module, "Suite", "A list of prompts with their dimensions and labels.")
      .def_static("load", &load_suite, py::arg("file"), py::kw_only(), py::arg("name") = "",
                  py::arg("dimensions") = std::vector<std::string>{}, py::arg("samples") = py::none(), py::arg("require_official") = false,
                  "Reads VBench's full_info JSON, gallop/suite-v1 JSON, CSV or one prompt a line. FormatError names the record.")
      .def_readonly("name", &Suite::name)
      .def_readonly("version", &Suite::version)
      .def_readonly("sha256", &Suite::sha256)
      .def_readonly("official", &Suite::official)
      .def_readonly("samples", &Suite::samples)
      .def_readonly("records", &Suite::records)
      .def_property_readonly("dimensions", &Suite::dimensions)
      .def("clip_stem", &Suite::clip_stem, py::arg("record"), py::arg("sample"), "File name without ending of one clip.")
      .def("__len__", [](const Suite& self) { return self.records.size(); })
      .def("__repr__", [](const Suite& self) {
        return "Suite('" + self.name + "', " + std::to_string(self.records.size()) + " prompts, " +
               std::to_string(self.dimensions().size()) + " dimensions" + (self.official ? ", official" : "") + ")";
      });
}

void bind_plan(py::module_& module) {
  py::class_<RunPlan>(module, "RunPlan", "What to judge, with which weights, and where the run lives.")
      .def(py::init(&make_plan), py::kw_only(), py::arg("videos"), py::arg("weights") = std::filesystem::path(),
           py::arg("run") = std::filesystem::path(), py::arg("images") = std::filesystem::path(),
           py::arg("dimensions") = std::vector<std::string>{}, py::arg("shard") = py::none(), py::arg("device") = py::none(),
           py::arg("dtype") = py::none(), py::arg("retry_problems") = false)
      .def_property_readonly("videos", [](const RunPlan& self) { return self.videos; })
      .def_property_readonly("run", [](const RunPlan& self) { return self.run; })
      .def_property_readonly("device", [](const RunPlan& self) { return self.load.device.str(); })
      .def(py::pickle(
          [](const RunPlan& p) {
            const auto dtype = p.load.dtype ? std::optional(text_of(*p.load.dtype)) : std::nullopt;
            return py::make_tuple(p.videos, p.weights, p.run, p.images, p.dimensions,
                                  std::to_string(p.shard.index) + "/" + std::to_string(p.shard.count), p.load.device.str(), dtype,
                                  p.retry_problems);
          },
          [](const py::tuple& t) {
            using Path = std::filesystem::path;
            return make_plan(t[0].cast<Path>(), t[1].cast<Path>(), t[2].cast<Path>(), t[3].cast<Path>(),
                             t[4].cast<std::vector<std::string>>(), t[5].cast<std::string>(), Device::parse(t[6].cast<std::string>()),
                             t[7].cast<std::optional<std::string>>(), t[8].cast<bool>());
          }));
  py::class_<NamedProblem>(module, "NamedProblem", "A name and what is the matter with it.")
      .def_property_readonly("name", [](const NamedProblem& self) { return file_text(self.name); })
      .def_readonly("reason", &NamedProblem::reason)
      .def("__repr__",
           [](const NamedProblem& self) { return py::str("NamedProblem({!r}, {!r})").format(file_text(self.name), self.reason); });
  py::class_<WorkUnit>(module, "WorkUnit", "A clip of the suite and the dimensions to judge it on; pickles.")
      .def_readonly("record", &WorkUnit::record)
      .def_readonly("sample", &WorkUnit::sample)
      .def_readonly("clip", &WorkUnit::clip)
      .def_readonly("prompt", &WorkUnit::prompt)
      .def_readonly("labels", &WorkUnit::labels)
      .def_readonly("image", &WorkUnit::image)
      .def_readonly("dimensions", &WorkUnit::dimensions)
      .def(py::pickle(
          [](const WorkUnit& u) { return py::make_tuple(u.record, u.sample, u.clip, u.prompt, u.labels, u.image, u.dimensions); },
          [](const py::tuple& t) {
            return WorkUnit{t[0].cast<std::size_t>(),
                            t[1].cast<int>(),
                            t[2].cast<std::string>(),
                            t[3].cast<std::string>(),
                            t[4].cast<std::map<std::string, std::string>>(),
                            t[5].cast<std::string>(),
                            t[6].cast<std::vector<std::string>>()};
          }));
  py::class_<Preflight>(module, "Preflight", "What a folder of clips holds for a suite.")
      .def_readonly("units", &Preflight::units)
      .def_readonly("missing", &Preflight::missing)
      .def_readonly("unreadable", &Preflight::unreadable)
      .def_readonly("misnamed", &Preflight::misnamed)
      .def_property_readonly("unused",
                             [](const Preflight& self) {
                               py::list names;
                               for (const auto& name : self.unused) names.append(file_text(name));
                               return names;
                             })
      .def_readonly("unsupported", &Preflight::unsupported)
      .def_readonly("clips", &Preflight::clips);
}

void bind_estimates(py::module_& module) {
  py::class_<Estimate>(module, "Estimate", "A value with standard error and 95 % interval.")
      .def_readonly("value", &Estimate::value)
      .def_readonly("se", &Estimate::se)
      .def_readonly("low", &Estimate::low)
      .def_readonly("high", &Estimate::high);
  py::class_<DimensionResult>(module, "DimensionResult", "One dimension over the suite.")
      .def_readonly("dimension", &DimensionResult::dimension)
      .def_readonly("estimate", &DimensionResult::estimate)
      .def_readonly("normalised", &DimensionResult::normalised)
      .def_readonly("scored", &DimensionResult::scored)
      .def_readonly("problems", &DimensionResult::problems)
      .def_readonly("missing", &DimensionResult::missing)
      .def_readonly("pending", &DimensionResult::pending)
      .def_readonly("dropped", &DimensionResult::dropped)
      .def_readonly("prompts", &DimensionResult::prompts)
      .def_property_readonly("complete", &DimensionResult::complete);
  py::class_<Aggregate>(module, "Aggregate", "A total; without estimate while dimensions are lacking.")
      .def_readonly("name", &Aggregate::name)
      .def_readonly("formula", &Aggregate::formula)
      .def_readonly("estimate", &Aggregate::estimate)
      .def_readonly("lacking", &Aggregate::lacking);
  py::class_<ScorerFacts>(module, "ScorerFacts", "What judged a dimension: evaluator version, weights, reader, number type, device class.")
      .def_readonly("dimension", &ScorerFacts::dimension)
      .def_readonly("version", &ScorerFacts::version)
      .def_readonly("library", &ScorerFacts::library)
      .def_readonly("weights_sha256", &ScorerFacts::weights_sha256)
      .def_readonly("reader", &ScorerFacts::reader)
      .def_readonly("dtype", &ScorerFacts::dtype)
      .def_readonly("device", &ScorerFacts::device);
  py::class_<PairedDifference>(module, "PairedDifference", "Second run minus first on one dimension.")
      .def_readonly("dimension", &PairedDifference::dimension)
      .def_readonly("prompts", &PairedDifference::prompts)
      .def_readonly("a", &PairedDifference::a)
      .def_readonly("b", &PairedDifference::b)
      .def_readonly("difference", &PairedDifference::difference)
      .def_readonly("p", &PairedDifference::p)
      .def_readonly("p_holm", &PairedDifference::p_holm)
      .def_readonly("better", &PairedDifference::better)
      .def_readonly("worse", &PairedDifference::worse)
      .def_readonly("equal", &PairedDifference::equal);
  py::class_<Comparison>(module, "Comparison", "Paired comparison of two runs.")
      .def_readonly("dimensions", &Comparison::dimensions)
      .def_readonly("left_out", &Comparison::left_out);
}

void bind_rows(py::module_& module) {
  py::class_<ResultRow>(module, "ResultRow", "One clip on one dimension.")
      .def_readonly("dimension", &ResultRow::dimension)
      .def_readonly("clip", &ResultRow::clip)
      .def_readonly("prompt", &ResultRow::prompt)
      .def_readonly("record", &ResultRow::record)
      .def_readonly("sample", &ResultRow::sample)
      .def_property_readonly("state", [](const ResultRow& self) { return text_of(self.state); })
      .def_property_readonly(
          "score", [](const ResultRow& self) { return self.state == RowState::scored ? std::optional(self.score) : std::nullopt; })
      .def_property_readonly(
          "value", [](const ResultRow& self) { return self.state == RowState::scored ? std::optional(self.score.value) : std::nullopt; })
      .def_property_readonly(
          "problem", [](const ResultRow& self) { return self.state == RowState::problem ? std::optional(self.problem) : std::nullopt; })
      .def_readonly("clip_sha256", &ResultRow::clip_sha256)
      .def_readonly("key", &ResultRow::key);
  py::class_<Results>(module, "Results", "The outcome of a run.")
      .def_readonly("suite", &Results::suite)
      .def_readonly("suite_version", &Results::suite_version)
      .def_readonly("suite_sha256", &Results::suite_sha256)
      .def_readonly("official", &Results::official)
      .def_readonly("videos", &Results::videos)
      .def_readonly("records", &Results::records)
      .def_readonly("samples", &Results::samples)
      .def_readonly("rows", &Results::rows)
      .def_readonly("dimensions", &Results::dimensions)
      .def_readonly("aggregates", &Results::aggregates)
      .def_readonly("scorers", &Results::scorers)
      .def_property_readonly("complete", &Results::complete)
      .def("to_json", &Results::to_json)
      .def("per_clip_jsonl", &Results::per_clip_jsonl)
      .def("to_csv", &Results::to_csv)
      .def("vbench_full_info", &Results::vbench_full_info)
      .def("vbench_results", &Results::vbench_results)
      .def("save", &Results::save, py::arg("folder"), py::call_guard<py::gil_scoped_release>());
}

void bind_workers(py::module_& module) {
  py::class_<LedgerEntry>(module, "LedgerEntry", "A result as a worker hands it back; pickles.")
      .def_readonly("key", &LedgerEntry::key)
      .def_readonly("dimension", &LedgerEntry::dimension)
      .def_readonly("payload", &LedgerEntry::payload)
      .def_readonly("problem", &LedgerEntry::problem)
      .def(py::pickle(
          [](const LedgerEntry& e) {
            const auto problem =
                e.problem ? py::object(py::make_tuple(e.problem->dimension, static_cast<int>(e.problem->kind), e.problem->message))
                          : py::object(py::none());
            return py::make_tuple(e.key, e.clip_sha256, e.dimension, e.payload, e.reader, e.settings, problem);
          },
          [](const py::tuple& t) {
            LedgerEntry e{t[0].cast<std::string>(), t[1].cast<std::string>(), t[2].cast<std::string>(),
                          t[3].cast<std::string>(), t[4].cast<std::string>(), t[5].cast<std::string>()};
            if (!t[6].is_none()) {
              const auto p = t[6].cast<py::tuple>();
              e.problem = Problem{p[0].cast<std::string>(), static_cast<ErrorKind>(p[1].cast<int>()), p[2].cast<std::string>()};
            }
            return e;
          }));
  py::class_<UnitScorer>(module, "UnitScorer", "Judges units without a ledger: the worker's half of a distributed run.")
      .def(py::init<const RunPlan&>(), py::arg("plan"))
      .def(
          "score", [](UnitScorer& self, const WorkUnit& unit) { return self.score(unit); }, py::arg("unit"),
          py::call_guard<py::gil_scoped_release>());
  py::class_<SuiteRun>(module, "SuiteRun", "Holds a run folder: what is pending, and storing what workers hand back.")
      .def(py::init<const Suite&, const RunPlan&>(), py::arg("suite"), py::arg("plan"), py::call_guard<py::gil_scoped_release>())
      .def_property_readonly("found", &SuiteRun::found)
      .def("pending", &SuiteRun::pending, py::call_guard<py::gil_scoped_release>())
      .def(
          "store", [](SuiteRun& self, const WorkUnit& unit, const std::vector<LedgerEntry>& entries) { self.store(unit, entries); },
          py::arg("unit"), py::arg("entries"), py::call_guard<py::gil_scoped_release>())
      .def("finish", &SuiteRun::finish, py::call_guard<py::gil_scoped_release>());
}

}  // namespace

void bind_benchmark(py::module_& parent) {
  auto module = parent.def_submodule("benchmark", "Suites, runs, results; use package gallop.benchmark instead.");
  bind_suite(module);
  bind_plan(module);
  bind_estimates(module);
  bind_rows(module);
  bind_workers(module);
  module.def("preflight", &preflight, py::arg("suite"), py::arg("plan"), py::call_guard<py::gil_scoped_release>());
  module.def(
      "run_suite",
      [](const Suite& suite, const RunPlan& plan, py::object on_progress, const std::optional<CancelToken>& cancel) {
        const auto run = make_run_options(std::move(on_progress), cancel);
        py::gil_scoped_release unlocked;
        return run_suite(suite, plan, run);
      },
      py::arg("suite"), py::arg("plan"), py::kw_only(), py::arg("on_progress") = py::none(), py::arg("cancel") = py::none());
  module.def(
      "read_results",
      [](const std::filesystem::path& run, int replicates, std::uint64_t seed) {
        return read_results(run, {.replicates = replicates, .seed = seed});
      },
      py::arg("run"), py::kw_only(), py::arg("replicates") = 2000, py::arg("seed") = 0, py::call_guard<py::gil_scoped_release>());
  module.def(
      "merge_runs",
      [](const std::filesystem::path& into, const std::vector<std::filesystem::path>& runs) { return merge_runs(into, runs); },
      py::arg("into"), py::arg("runs"), py::call_guard<py::gil_scoped_release>());
  module.def(
      "compare",
      [](const Results& a, const Results& b, int replicates, std::uint64_t seed) {
        return compare(a, b, {.replicates = replicates, .seed = seed});
      },
      py::arg("a"), py::arg("b"), py::kw_only(), py::arg("replicates") = 10000, py::arg("seed") = 0,
      py::call_guard<py::gil_scoped_release>());
  module.def("normalisation_table", [](const std::string& suite) {
    py::list rows;
    for (const auto& row : normalisation_table(suite)) rows.append(py::make_tuple(row.dimension, row.low, row.high, row.weight, row.group));
    return rows;
  });
  module.def("totals", [](const std::string& suite, const std::map<std::string, double>& scores) {
    const auto result = totals(suite, scores);
    return std::make_pair(result.values, result.lacking);
  });
}

}  // namespace gallop::python
