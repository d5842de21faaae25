// Clips and pictures with the buffer protocol; DLPack comes from the NumPy view. No pixel is copied on the way out.
#include "bindings.h"

namespace gallop::python {
namespace {

using Bytes = py::array_t<std::uint8_t, py::array::c_style>;

std::string side_text(const py::array& array) {
  std::string text = "[";
  for (py::ssize_t i = 0; i < array.ndim(); ++i) text += (i ? ", " : "") + std::to_string(array.shape(i));
  return text + "] " + std::string(py::str(array.dtype()));
}

// Checks dtype and shape; an array that is not contiguous is copied once.
Bytes take_bytes(const py::object& source, int dimensions, const char* what) {
  const auto array = py::array::ensure(source);
  if (!array) {
    PyErr_Clear();
    throw InvalidArgument(std::string(what) + ": not an array; give uint8 of shape " +
                          (dimensions == 4 ? "[frames, height, width, 3]" : "[height, width, 3]"));
  }
  const bool fits = array.dtype().kind() == 'u' && array.itemsize() == 1 && array.ndim() == dimensions && array.shape(dimensions - 1) == 3;
  if (!fits)
    throw InvalidArgument(std::string(what) + ": array is " + side_text(array) + ", expected uint8 " +
                          (dimensions == 4 ? "[frames, height, width, 3]" : "[height, width, 3]") + " RGB; convert it first");
  return Bytes::ensure(array);
}

// Keeps a Python object alive from C++ and drops it under the interpreter's lock.
std::shared_ptr<const void> keep(py::object object) {
  return std::shared_ptr<const void>(new py::object(std::move(object)), [](const void* pointer) {
    py::gil_scoped_acquire lock;
    delete static_cast<const py::object*>(pointer);
  });
}

Audio take_audio(const py::object& samples, int sample_rate) {
  if (samples.is_none()) return {};
  const auto array = py::array_t<float, py::array::c_style | py::array::forcecast>::ensure(samples);
  if (!array || array.ndim() < 1 || array.ndim() > 2) {
    PyErr_Clear();
    throw InvalidArgument("video.audio: expected a float array [samples] or [samples, channels]");
  }
  Audio audio;
  audio.channels = array.ndim() == 2 ? static_cast<int>(array.shape(1)) : 1;
  audio.sample_rate = sample_rate;
  audio.samples.assign(array.data(), array.data() + array.size());
  return audio;
}

Video make_video(const py::object& frames, double fps, const py::object& audio, int sample_rate) {
  auto array = take_bytes(frames, 4, "video");
  const std::span<const std::uint8_t> pixels(array.data(), static_cast<std::size_t>(array.size()));
  return Video(keep(array), pixels, array.shape(0), array.shape(1), array.shape(2), fps, take_audio(audio, sample_rate));
}

Image make_image(const py::object& pixels) {
  const auto array = take_bytes(pixels, 3, "image");
  return Image(std::vector<std::uint8_t>(array.data(), array.data() + array.size()), array.shape(0), array.shape(1));
}

// A read-only NumPy view that keeps the pixels alive.
template <class Owner>
py::array view(const Owner& owner, std::vector<py::ssize_t> shape) {
  auto* held = new Owner(owner);
  const py::capsule base(held, [](void* pointer) { delete static_cast<Owner*>(pointer); });
  py::array array(py::dtype::of<std::uint8_t>(), std::move(shape), owner.pixels().data(), base);
  array.attr("setflags")(py::arg("write") = false);
  return array;
}

py::array video_array(const Video& self) { return view(self, {self.frames(), self.height(), self.width(), 3}); }
py::array image_array(const Image& self) { return view(self, {self.height(), self.width(), 3}); }

// NumPy exports read-only arrays only to consumers that know of read-only memory; a copy serves the others.
py::object exported(const py::object& array, const py::kwargs& options) {
  try {
    return array.attr("__dlpack__")(**options);
  } catch (py::error_already_set& error) {
    if (!error.matches(PyExc_BufferError)) throw;
    return array.attr("copy")().attr("__dlpack__")(**options);
  }
}

std::string video_repr(const Video& self) {
  char fps[32];
  std::snprintf(fps, sizeof fps, "%g", self.fps());
  const auto& audio = self.audio();
  return "Video(" + std::to_string(self.frames()) + " frames, " + std::to_string(self.height()) + "x" + std::to_string(self.width()) +
         ", " + fps + " fps, " +
         (audio.empty() ? std::string("silent")
                        : std::to_string(audio.channels) + " channels at " + std::to_string(audio.sample_rate) + " Hz") +
         ")";
}

py::object audio_array(const Video& self) {
  const auto& audio = self.audio();
  if (audio.empty()) return py::none();
  const auto rows = static_cast<py::ssize_t>(audio.samples.size()) / audio.channels;
  return py::array_t<float>({rows, static_cast<py::ssize_t>(audio.channels)}, audio.samples.data());
}

}  // namespace

void bind_video(py::module_& module) {
  py::class_<Video>(module, "Video", py::buffer_protocol(), "RGB frames in host memory, uint8 [frames, height, width, 3]; immutable.")
      .def(py::init(&make_video), py::arg("frames"), py::arg("fps"), py::arg("audio") = py::none(), py::arg("sample_rate") = 0)
      .def_property_readonly("frames", &Video::frames)
      .def_property_readonly("height", &Video::height)
      .def_property_readonly("width", &Video::width)
      .def_property_readonly("fps", &Video::fps)
      .def_property_readonly("seconds", &Video::seconds)
      .def_property_readonly("audio", &audio_array, "float32 [samples, channels], or None when silent.")
      .def_property_readonly("sample_rate", [](const Video& self) { return self.audio().sample_rate; })
      .def("numpy", &video_array, "A read-only view, uint8 [frames, height, width, 3]; no copy.")
      .def("slice", &Video::slice, py::arg("first"), py::arg("count"))
      .def("__len__", &Video::frames)
      .def("__getitem__",
           [](const Video& self, const py::object& index) -> py::object { return video_array(self).attr("__getitem__")(index); })
      .def(
          "__array__",
          [](const Video& self, py::object dtype, py::object copy) {
            py::object array = video_array(self);
            if (!dtype.is_none())
              array = array.attr("astype")(dtype);
            else if (!copy.is_none() && copy.cast<bool>())
              array = array.attr("copy")();
            return array;
          },
          py::arg("dtype") = py::none(), py::arg("copy") = py::none())
      .def("__dlpack__", [](const Video& self, const py::kwargs& options) { return exported(video_array(self), options); })
      .def("__dlpack_device__", [](const Video& self) { return video_array(self).attr("__dlpack_device__")(); })
      .def_buffer([](Video& self) {
        return py::buffer_info(const_cast<std::uint8_t*>(self.pixels().data()), 1, py::format_descriptor<std::uint8_t>::format(), 4,
                               {self.frames(), self.height(), self.width(), std::int64_t{3}},
                               {self.height() * self.width() * 3, self.width() * 3, std::int64_t{3}, std::int64_t{1}}, true);
      })
      .def("__repr__", &video_repr)
      .def(
          "_repr_html_", [](const py::object& self) { return py::module_::import("gallop.notebook").attr("video_html")(self); },
          "A preview that plays inside a notebook.")
      .def(py::pickle(
          [](const Video& self) { return py::make_tuple(video_array(self), self.fps(), audio_array(self), self.audio().sample_rate); },
          [](const py::tuple& state) { return make_video(state[0], state[1].cast<double>(), state[2], state[3].cast<int>()); }));
  py::class_<Image>(module, "Image", py::buffer_protocol(), "An RGB picture, uint8 [height, width, 3]; immutable.")
      .def(py::init(&make_image), py::arg("pixels"))
      .def_property_readonly("height", &Image::height)
      .def_property_readonly("width", &Image::width)
      .def("numpy", &image_array, "A read-only view, uint8 [height, width, 3]; no copy.")
      .def(
          "__array__",
          [](const Image& self, py::object dtype, py::object) {
            py::object array = image_array(self);
            return dtype.is_none() ? array : array.attr("astype")(dtype);
          },
          py::arg("dtype") = py::none(), py::arg("copy") = py::none())
      .def("__dlpack__", [](const Image& self, const py::kwargs& options) { return exported(image_array(self), options); })
      .def("__dlpack_device__", [](const Image& self) { return image_array(self).attr("__dlpack_device__")(); })
      .def_buffer([](Image& self) {
        return py::buffer_info(const_cast<std::uint8_t*>(self.pixels().data()), 1, py::format_descriptor<std::uint8_t>::format(), 3,
                               {self.height(), self.width(), std::int64_t{3}}, {self.width() * 3, std::int64_t{3}, std::int64_t{1}}, true);
      })
      .def(
          "_repr_html_", [](const py::object& self) { return py::module_::import("gallop.notebook").attr("image_html")(self); },
          "The picture inside a notebook.")
      .def("__repr__",
           [](const Image& self) { return "Image(" + std::to_string(self.height()) + "x" + std::to_string(self.width()) + ")"; })
      .def(py::pickle([](const Image& self) { return py::make_tuple(image_array(self)); },
                      [](const py::tuple& state) { return make_image(state[0]); }));
}

}  // namespace gallop::python
