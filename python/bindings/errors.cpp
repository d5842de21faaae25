// The ten kinds as Python exceptions; each also derives from the builtin that fits, and files not found are FileNotFoundError.
#include "bindings.h"

namespace gallop::python {
namespace {

// Index = ErrorKind. Borrowed for the life of the process: exception classes are never collected.
PyObject* exception_classes[10] = {};
PyObject* file_not_found = nullptr;

PyObject* make_class(py::module_& module, const char* name, py::tuple bases, const char* doc) {
  const std::string qualified = std::string("gallop.") + name;
  PyObject* type = PyErr_NewExceptionWithDoc(qualified.c_str(), doc, bases.ptr(), nullptr);
  if (type == nullptr) throw py::error_already_set();
  module.add_object(name, type);
  return type;
}

// True when the message is about a path: NotFound then is a FileNotFoundError as well.
bool about_a_file(const std::string& message) { return message.find(": no such ") != std::string::npos; }

void raise(const Error& error) {
  PyObject* type = exception_classes[static_cast<std::size_t>(error.kind())];
  if (error.kind() == ErrorKind::not_found && about_a_file(error.what())) type = file_not_found;
  // A message may quote bytes that are not UTF-8; they must not turn one error into another.
  const std::string_view text(error.what());
  PyObject* message = PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "backslashreplace");
  if (message == nullptr) return;
  PyErr_SetObject(type, message);
  Py_DECREF(message);
}

}  // namespace

void bind_errors(py::module_& module) {
  PyObject* base = make_class(module, "Error", py::make_tuple(py::handle(PyExc_Exception)), "Every failure of gallop.");
  const auto with = [&](PyObject* builtin) { return py::make_tuple(py::handle(base), py::handle(builtin)); };
  struct Row {
    ErrorKind kind;
    PyObject* builtin;
    const char* doc;
  };
  const Row rows[] = {
      {ErrorKind::invalid_argument, PyExc_ValueError, "The caller passed something impossible."},
      {ErrorKind::not_found, PyExc_LookupError, "A file, tensor, dimension or pipeline is absent."},
      {ErrorKind::format_error, PyExc_ValueError, "A file exists but breaks its format."},
      {ErrorKind::media_error, PyExc_OSError, "A clip or picture could not be decoded or encoded."},
      {ErrorKind::model_error, PyExc_RuntimeError, "Weights do not fit the model."},
      {ErrorKind::unsupported, PyExc_NotImplementedError, "Known, but not built in or impossible on this device."},
      {ErrorKind::out_of_memory, PyExc_MemoryError, "An allocation failed; says which option lowers it."},
      {ErrorKind::io_error, PyExc_OSError, "Open, read, write, rename, disk full."},
      {ErrorKind::internal_error, PyExc_RuntimeError, "An invariant of the library broke; please report it."},
  };
  for (const auto& row : rows) {
    const std::string name(name_of(row.kind));
    exception_classes[static_cast<std::size_t>(row.kind)] = make_class(module, name.c_str(), with(row.builtin), row.doc);
  }
  exception_classes[static_cast<std::size_t>(ErrorKind::cancelled)] =
      make_class(module, "Cancelled", py::make_tuple(py::handle(base)), "A callback or a token said stop; the object stays usable.");
  PyObject* not_found = exception_classes[static_cast<std::size_t>(ErrorKind::not_found)];
  file_not_found =
      make_class(module, "FileNotFound", py::make_tuple(py::handle(not_found), py::handle(PyExc_FileNotFoundError)), "A file is absent.");
  py::register_exception_translator([](std::exception_ptr pointer) {
    try {
      if (pointer) std::rethrow_exception(pointer);
    } catch (const Error& error) {
      raise(error);
    }
  });
}

}  // namespace gallop::python
