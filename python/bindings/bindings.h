// What every file of the extension module shares. One bind_* function for each public header.
#pragma once

#include <pybind11/functional.h>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include "gallop/gallop.h"

namespace py = pybind11;

namespace gallop::python {

void bind_arena(py::module_& module);
void bind_device_frames(py::module_& module);
void bind_benchmark(py::module_& module);
void bind_card(py::module_& module);
void bind_errors(py::module_& module);
void bind_system(py::module_& module);
void bind_progress(py::module_& module);
void bind_video(py::module_& module);
void bind_media(py::module_& module);
void bind_weights(py::module_& module);
void bind_evaluator(py::module_& module);
void bind_pipeline(py::module_& module);

LoadOptions load_options(const std::optional<Device>& device, const std::optional<std::string>& dtype, std::uint64_t memory_limit = 0);

// Builds RunOptions whose callbacks take the interpreter's lock, and which notices Ctrl-C at every tick.
RunOptions make_run_options(py::object on_progress, const std::optional<CancelToken>& cancel);

}  // namespace gallop::python
