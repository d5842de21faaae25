#include "bindings.h"

namespace gallop::python {

void bind_weights(py::module_& module) {
  py::class_<TensorInfo>(module, "TensorInfo", "Name, number type, shape and optional hash of a tensor in a checkpoint.")
      .def_readonly("name", &TensorInfo::name)
      .def_readonly("dtype", &TensorInfo::dtype)
      .def_readonly("shape", &TensorInfo::shape)
      .def_readonly("sha256", &TensorInfo::sha256)
      .def("__repr__", [](const TensorInfo& self) {
        return "TensorInfo('" + self.name + "', " + self.dtype + ", " + std::string(py::repr(py::cast(self.shape))) + ")";
      });
  module.def("inspect_weights", &inspect_weights, py::arg("file"), py::kw_only(), py::arg("hash") = false,
             py::call_guard<py::gil_scoped_release>(), "The tensors of a checkpoint file, sorted by name; nothing in it is executed.");
  py::class_<CheckpointInfo>(module, "CheckpointInfo", "A checkpoint that evaluators load: where it comes from and where it belongs.")
      .def_readonly("file", &CheckpointInfo::file)
      .def_readonly("folder", &CheckpointInfo::folder)
      .def_readonly("origin", &CheckpointInfo::origin)
      .def_readonly("sha256", &CheckpointInfo::sha256)
      .def_readonly("bytes", &CheckpointInfo::bytes)
      .def_readonly("licence", &CheckpointInfo::licence)
      .def_readonly("dimensions", &CheckpointInfo::dimensions)
      .def("__repr__", [](const CheckpointInfo& self) { return "CheckpointInfo('" + self.file + "')"; });
  py::class_<CheckpointReport>(module, "CheckpointReport",
                               "What became of one checkpoint: state \"good\", \"missing\" or \"bad\", and the reason.")
      .def_readonly("info", &CheckpointReport::info)
      .def_property_readonly("state", [](const CheckpointReport& self) { return std::string(name_of(self.state)); })
      .def_readonly("path", &CheckpointReport::path)
      .def_readonly("sha256", &CheckpointReport::sha256)
      .def_readonly("message", &CheckpointReport::message)
      .def("__repr__", [](const CheckpointReport& self) {
        return "CheckpointReport('" + self.info.file + "', " + std::string(name_of(self.state)) + ")";
      });
  module.def("checkpoints", &checkpoints, "Every checkpoint the built-in evaluators load.");
  module.def(
      "check_checkpoints",
      [](const std::filesystem::path& folder, std::vector<std::string> dimensions, bool hash) {
        return check_checkpoints(folder, {.dimensions = std::move(dimensions), .hash = hash});
      },
      py::arg("folder"), py::kw_only(), py::arg("dimensions") = std::vector<std::string>{}, py::arg("hash") = false,
      py::call_guard<py::gil_scoped_release>(), "Verifies names, shapes and values of every checkpoint of a weights folder.");
  module.def("convert_weights", &convert_weights, py::arg("file"), py::arg("target"), py::call_guard<py::gil_scoped_release>(),
             "Writes the tensors of a checkpoint as one safetensors file.");
}

}  // namespace gallop::python
