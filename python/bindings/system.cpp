#include "bindings.h"

namespace gallop::python {

void bind_system(py::module_& module) {
  py::class_<Device>(module, "Device", "Where models run: \"cpu\" or \"cuda:<index>\".")
      .def(py::init([](const std::string& text) { return Device::parse(text); }), py::arg("text"))
      .def_static("best", &Device::best, "The first usable GPU, otherwise the CPU.")
      .def("__str__", &Device::str)
      .def("__repr__", [](const Device& self) { return "Device('" + self.str() + "')"; })
      .def("__eq__", [](const Device& self, const Device& other) { return self == other; })
      .def("__hash__", [](const Device& self) { return py::hash(py::str(self.str())); });
  py::implicitly_convertible<std::string, Device>();
  module.def("_components", [] {
    py::list rows;
    for (const auto& component : components()) rows.append(py::make_tuple(component.name, component.version, component.detail));
    return rows;
  });
  module.def("set_threads", &set_threads, py::arg("count"), "Threads used inside one operation; 0 restores the default.");
  module.def("threads", &threads, "Threads used inside one operation.");
  module.def(
      "set_log_level",
      [](const std::string& level) {
        const char* names[] = {"debug", "info", "warning", "error", "off"};
        for (int i = 0; i < 5; ++i)
          if (level == names[i]) return set_log_level(static_cast<LogLevel>(i));
        throw InvalidArgument("log level: \"" + level + "\" is not known; use debug, info, warning, error or off");
      },
      py::arg("level"));
}

}  // namespace gallop::python
