#include "bindings.h"

namespace gallop::python {

void bind_weights(py::module_& module) {
  py::class_<TensorInfo>(module, "TensorInfo", "Name, number type, shape and optional hash of a tensor in a checkpoint.")
      .def_readonly("name", &TensorInfo::name)
      .def_readonly("dtype", &TensorInfo::dtype)
      .def_readonly("shape", &TensorInfo::shape)
      .def_readonly("sha256", &TensorInfo::sha256)
      .def("__repr__", [](const TensorInfo& self) { return "TensorInfo('" + self.name + "', " + self.dtype + ", " + std::string(py::repr(py::cast(self.shape))) + ")"; });
  module.def("inspect_weights", &inspect_weights, py::arg("file"), py::kw_only(), py::arg("hash") = false, py::call_guard<py::gil_scoped_release>(),
             "The tensors of a checkpoint file, sorted by name; nothing in it is executed.");
  module.def("convert_weights", &convert_weights, py::arg("file"), py::arg("target"), py::call_guard<py::gil_scoped_release>(),
             "Writes the tensors of a checkpoint as one safetensors file.");
}

}  // namespace gallop::python
