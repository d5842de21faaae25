#include "bindings.h"

namespace gallop::python {
namespace {

py::dict stream_dict(const StreamInfo& stream) {
  py::dict row;
  row["index"] = stream.index;
  row["type"] = stream.type;
  row["codec"] = stream.codec;
  row["start_seconds"] = stream.start_seconds;
  if (stream.type == "video") {
    row["width"] = stream.width;
    row["height"] = stream.height;
    row["rotation"] = stream.rotation;
    row["fps"] = stream.fps;
    row["frames"] = stream.frames;
    row["pixel_format"] = stream.pixel_format;
    row["color_space"] = stream.color_space;
    row["color_range"] = stream.color_range;
    row["color_transfer"] = stream.color_transfer;
    row["field_order"] = stream.field_order;
  }
  if (stream.type == "audio") {
    row["sample_rate"] = stream.sample_rate;
    row["channels"] = stream.channels;
  }
  return row;
}

py::dict probe_dict(const std::filesystem::path& file) {
  MediaInfo info;
  {
    py::gil_scoped_release unlocked;
    info = probe(file);
  }
  py::dict row;
  row["file"] = info.file.string();
  row["container"] = info.container;
  row["seconds"] = info.seconds;
  row["bytes"] = info.bytes;
  row["best_video"] = info.best_video >= 0 ? py::object(py::int_(info.best_video)) : py::none();
  row["best_audio"] = info.best_audio >= 0 ? py::object(py::int_(info.best_audio)) : py::none();
  py::list streams;
  for (const auto& stream : info.streams) streams.append(stream_dict(stream));
  row["streams"] = streams;
  return row;
}

}  // namespace

void bind_media(py::module_& module) {
  module.def("probe", &probe_dict, py::arg("file"), "What a media file declares about itself, as a dict; reads headers only.");
  module.def(
      "read_video",
      [](const std::filesystem::path& file, const std::string& contract, std::int64_t first, std::optional<std::int64_t> count, bool audio,
         int threads) {
        const ReadOptions options{
            .contract = parse_reader_contract(contract), .first = first, .count = count, .audio = audio, .threads = threads};
        py::gil_scoped_release unlocked;
        return read_video(file, options);
      },
      py::arg("file"), py::kw_only(), py::arg("contract") = "native", py::arg("first") = 0, py::arg("count") = py::none(),
      py::arg("audio") = true, py::arg("threads") = 0);
  module.def(
      "write_video",
      [](const std::filesystem::path& file, const Video& video, int crf, const std::string& preset, int audio_kbps,
         const std::string& comment) {
        py::gil_scoped_release unlocked;
        write_video(file, video, {.crf = crf, .preset = preset, .audio_kbps = audio_kbps, .comment = comment});
      },
      py::arg("file"), py::arg("video"), py::kw_only(), py::arg("crf") = 18, py::arg("preset") = "medium", py::arg("audio_kbps") = 192,
      py::arg("comment") = "");
  module.def("read_image", &read_image, py::arg("file"), py::call_guard<py::gil_scoped_release>());
  module.def("write_image", &write_image, py::arg("file"), py::arg("image"), py::call_guard<py::gil_scoped_release>());
}

}  // namespace gallop::python
