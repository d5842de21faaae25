// Frames of other libraries by DLPack (https://dmlc.github.io/dlpack, ABI version 0): memory is shared, never copied.
#include "bindings.h"

namespace gallop::python {
namespace {

// The exchange structures as the standard lays them out.
struct ExchangeDevice {
  std::int32_t type, id;  // 1: CPU, 2: CUDA
};
struct ExchangeType {
  std::uint8_t code, bits;  // code 1: unsigned integer
  std::uint16_t lanes;
};
struct ExchangeTensor {
  void* data;
  ExchangeDevice device;
  std::int32_t dimensions;
  ExchangeType type;
  std::int64_t *shape, *strides;  // strides in elements; null: row-major
  std::uint64_t offset;           // bytes
};
struct ManagedTensor {
  ExchangeTensor tensor;
  void* context;
  void (*release)(ManagedTensor*);
};
constexpr const char *kFresh = "dltensor", *kTaken = "used_dltensor";
constexpr std::int32_t kCpu = 1, kCuda = 2;

// Takes the tensor out of its capsule; it is released with the last user.
std::shared_ptr<ManagedTensor> take(const py::object& source) {
  if (!py::hasattr(source, "__dlpack__") || !py::hasattr(source, "__dlpack_device__"))
    throw InvalidArgument("frames: " + std::string(py::str(py::type::of(source).attr("__name__"))) +
                          " does not speak DLPack; give a tensor uint8 [frames, height, width, 3]");
  const auto device = source.attr("__dlpack_device__")().cast<std::pair<int, int>>();
  // 1 stands for CUDA's default stream: the producer waits until the frames can be read there.
  const auto capsule = device.first == kCuda ? source.attr("__dlpack__")(py::arg("stream") = 1) : source.attr("__dlpack__")();
  auto* managed = static_cast<ManagedTensor*>(PyCapsule_GetPointer(capsule.ptr(), kFresh));
  if (managed == nullptr) throw py::error_already_set();
  PyCapsule_SetName(capsule.ptr(), kTaken);
  return std::shared_ptr<ManagedTensor>(managed, [](ManagedTensor* tensor) {
    py::gil_scoped_acquire lock;
    if (tensor->release != nullptr) tensor->release(tensor);
  });
}

bool row_major(const ExchangeTensor& tensor) {
  if (tensor.strides == nullptr) return true;
  std::int64_t expected = 1;
  for (auto i = tensor.dimensions - 1; i >= 0; --i) {
    if (tensor.shape[i] != 1 && tensor.strides[i] != expected) return false;
    expected *= tensor.shape[i];
  }
  return true;
}

DeviceFrames make_frames(const py::object& source, double fps) {
  auto owner = take(source);
  const auto& tensor = owner->tensor;
  const bool bytes = tensor.type.code == 1 && tensor.type.bits == 8 && tensor.type.lanes == 1;
  if (!bytes || tensor.dimensions != 4 || tensor.shape[3] != 3 || !row_major(tensor))
    throw InvalidArgument("frames: expected a contiguous uint8 tensor [frames, height, width, 3], RGB; convert it first");
  if (tensor.device.type != kCpu && tensor.device.type != kCuda)
    throw Unsupported("frames: they lie on a device of DLPack's type " + std::to_string(tensor.device.type) +
                      "; known are the CPU (1) and CUDA (2)");
  const Device device{tensor.device.type == kCuda ? Device::Kind::cuda : Device::Kind::cpu,
                      tensor.device.type == kCuda ? tensor.device.id : 0};
  const auto* pixels = static_cast<const std::uint8_t*>(tensor.data) + tensor.offset;
  return DeviceFrames(owner, pixels, tensor.shape[0], tensor.shape[1], tensor.shape[2], fps, device);
}

}  // namespace

void bind_device_frames(py::module_& module) {
  py::class_<DeviceFrames>(module, "DeviceFrames",
                           "RGB frames in the memory of a device, uint8 [frames, height, width, 3], shared by DLPack; immutable.")
      .def(py::init(&make_frames), py::arg("frames"), py::kw_only(), py::arg("fps"))
      .def_property_readonly("frames", &DeviceFrames::frames)
      .def_property_readonly("height", &DeviceFrames::height)
      .def_property_readonly("width", &DeviceFrames::width)
      .def_property_readonly("fps", &DeviceFrames::fps)
      .def_property_readonly("device", &DeviceFrames::device)
      .def("__repr__", [](const DeviceFrames& self) { return "DeviceFrames(" + self.name() + ")"; });
}

}  // namespace gallop::python
