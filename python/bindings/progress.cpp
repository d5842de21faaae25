#include "bindings.h"

namespace gallop::python {
namespace {

// Runs on the calling thread, which released the interpreter's lock before the long call.
Flow tick(const py::object& on_progress, const Progress& progress) {
  py::gil_scoped_acquire lock;
  if (PyErr_CheckSignals() != 0) throw py::error_already_set();  // Ctrl-C becomes KeyboardInterrupt
  if (on_progress.is_none()) return Flow::go_on;
  const py::object answer = on_progress(progress);
  const bool stop = py::isinstance<py::bool_>(answer) && !answer.cast<bool>();
  return stop ? Flow::stop : Flow::go_on;
}

}  // namespace

RunOptions make_run_options(py::object on_progress, const std::optional<CancelToken>& cancel) {
  RunOptions run;
  if (cancel) run.cancel = *cancel;
  // The callback object must be released under the lock, wherever the last copy of the function dies.
  auto held = std::shared_ptr<py::object>(new py::object(std::move(on_progress)), [](py::object* object) {
    py::gil_scoped_acquire lock;
    delete object;
  });
  run.on_progress = [held](const Progress& progress) { return tick(*held, progress); };
  return run;
}

void bind_progress(py::module_& module) {
  py::class_<Progress>(module, "Progress", "Where a run stands: stage, done of total, seconds since it began, what is at work.")
      .def_property_readonly("stage", [](const Progress& self) { return std::string(name_of(self.stage)); })
      .def_readonly("done", &Progress::done)
      .def_readonly("total", &Progress::total)
      .def_readonly("seconds", &Progress::seconds)
      .def_readonly("detail", &Progress::detail)
      .def("__repr__", [](const Progress& self) {
        return "Progress(stage='" + std::string(name_of(self.stage)) + "', done=" + std::to_string(self.done) +
               ", total=" + std::to_string(self.total) + ")";
      });
  py::class_<CancelToken>(module, "CancelToken", "Asks a run to stop; may be set from any thread.")
      .def(py::init<>())
      .def("cancel", &CancelToken::cancel)
      .def_property_readonly("cancelled", &CancelToken::cancelled);
}

}  // namespace gallop::python
