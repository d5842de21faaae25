// Making video from Python: the options are keyword arguments, the same words as the C++ fields.
#include "bindings.h"

namespace gallop::python {
namespace {

using Floats = py::array_t<float, py::array::c_style | py::array::forcecast>;

Array to_array(const py::object& source, const char* what) {
  if (py::isinstance<Array>(source)) return source.cast<Array>();
  const auto values = Floats::ensure(source);
  if (!values) {
    PyErr_Clear();
    throw InvalidArgument(std::string(what) + ": not an array of numbers; give float32");
  }
  std::vector<std::int64_t> shape(values.shape(), values.shape() + values.ndim());
  return Array(std::vector<float>(values.data(), values.data() + values.size()), std::move(shape));
}

// A read-only view that keeps the numbers alive.
py::array view(const Array& array) {
  auto* held = new Array(array);
  const py::capsule base(held, [](void* pointer) { delete static_cast<Array*>(pointer); });
  py::array_t<float> result(std::vector<py::ssize_t>(array.shape().begin(), array.shape().end()), held->values().data(), base);
  result.attr("setflags")(py::arg("write") = false);
  return result;
}
py::object view(const std::optional<Array>& array) {
  if (!array) return py::none();
  return view(*array);
}

Picture to_picture(const py::object& source) {
  if (py::isinstance<Image>(source)) return source.cast<Image>();
  if (py::isinstance<py::str>(source) || py::hasattr(source, "__fspath__")) return source.cast<std::filesystem::path>();
  return py::type::of<Image>()(source).cast<Image>();  // uint8 [height, width, 3]
}
Clip to_clip(const py::object& source) {
  if (py::isinstance<Video>(source)) return source.cast<Video>();
  return source.cast<std::filesystem::path>();
}

template <class T>
void read(const py::handle& value, std::optional<T>& field) {
  if (!value.is_none()) field = value.cast<T>();
}

// The run's callbacks take the interpreter's lock; each object is released under it.
template <class Number>
std::function<void(Number, const Video&)> frames_callback(const py::object& function) {
  if (function.is_none()) return nullptr;
  const auto held = std::shared_ptr<py::object>(new py::object(function), [](py::object* object) {
    py::gil_scoped_acquire lock;
    delete object;
  });
  return [held](Number number, const Video& video) {
    py::gil_scoped_acquire lock;
    (*held)(number, video);
  };
}

// One keyword into its field; false when there is no such option.
bool set_option(GenerateOptions& options, const std::string& name, const py::object& value) {
  if (name == "prompt")
    options.prompt = value.cast<std::string>();
  else if (name == "negative_prompt")
    read(value, options.negative_prompt);
  else if (name == "first_frame")
    options.first_frame = value.is_none() ? std::nullopt : std::optional(to_picture(value));
  else if (name == "last_frame")
    options.last_frame = value.is_none() ? std::nullopt : std::optional(to_picture(value));
  else if (name == "video")
    options.video = value.is_none() ? std::nullopt : std::optional(to_clip(value));
  else if (name == "strength")
    read(value, options.strength);
  else if (name == "width")
    read(value, options.width);
  else if (name == "height")
    read(value, options.height);
  else if (name == "frames")
    read(value, options.frames);
  else if (name == "steps")
    read(value, options.steps);
  else if (name == "guidance")
    read(value, options.guidance);
  else if (name == "guidance_2")
    read(value, options.guidance_2);
  else if (name == "scheduler")
    read(value, options.scheduler);
  else if (name == "shift")
    read(value, options.shift);
  else if (name == "seed")
    options.seed = value.cast<std::uint64_t>();
  else if (name == "initial_noise")
    options.initial_noise = value.is_none() ? std::nullopt : std::optional(to_array(value, "generate.initial_noise"));
  else if (name == "return_latents")
    options.return_latents = value.cast<bool>();
  else if (name == "resolution")
    read(value, options.resolution);
  else if (name == "ratio")
    read(value, options.ratio);
  else if (name == "duration")
    read(value, options.duration);
  else if (name == "fps")
    read(value, options.fps);
  else if (name == "audio")
    read(value, options.audio);
  else if (name == "batch_guidance")
    options.batch_guidance = value.cast<bool>();
  else if (name == "checkpoint")
    options.checkpoint = value.is_none() ? std::filesystem::path() : value.cast<std::filesystem::path>();
  else if (name == "checkpoint_every")
    options.checkpoint_every = value.cast<int>();
  else if (name == "on_frames")
    options.on_frames = frames_callback<std::int64_t>(value);
  else if (name == "sound")
    read(value, options.sound);
  else
    return false;
  return true;
}

GenerateOptions to_options(const py::kwargs& keywords, GenerateOptions options = {}) {
  for (const auto& [key, value] : keywords) {
    const auto name = key.cast<std::string>();
    try {
      if (!set_option(options, name, py::reinterpret_borrow<py::object>(value)))
        throw py::type_error("there is no option '" + name + "'; see gallop.GenerateOptions");
    } catch (const py::cast_error&) {
      throw InvalidArgument("generate." + name + ": " + std::string(py::str(py::repr(value))) + " has the wrong type (" +
                            std::string(py::str(py::type::of(value).attr("__name__"))) + ")");
    }
  }
  return options;
}

py::object picture_object(const std::optional<Picture>& picture) {
  if (!picture) return py::none();
  return picture->file() ? py::cast(*picture->file()) : py::cast(*picture->image());
}
py::object clip_object(const std::optional<Clip>& clip) {
  if (!clip) return py::none();
  return clip->file() ? py::cast(*clip->file()) : py::cast(*clip->frames());
}

std::string repr(const GenerateOptions& self) {
  std::string text = "GenerateOptions(prompt=" + std::string(py::str(py::repr(py::cast(self.prompt))));
  const auto add = [&](const char* name, const auto& value) {
    if (value) text += std::string(", ") + name + "=" + std::string(py::str(py::repr(py::cast(*value))));
  };
  add("width", self.width);
  add("height", self.height);
  add("frames", self.frames);
  add("fps", self.fps);
  add("steps", self.steps);
  add("guidance", self.guidance);
  add("guidance_2", self.guidance_2);
  add("scheduler", self.scheduler);
  add("shift", self.shift);
  return text + ", seed=" + std::to_string(self.seed) + ")";
}

// Takes the arguments that say how to run out of the keywords.
RunOptions take_run(py::kwargs& keywords) {
  const auto pop = [&](const char* name) -> py::object {
    return keywords.contains(name) ? keywords.attr("pop")(name).cast<py::object>() : py::none();
  };
  const auto cancel = pop("cancel");
  auto run = make_run_options(pop("on_progress"), cancel.is_none() ? std::nullopt : std::optional(cancel.cast<CancelToken>()));
  run.on_preview = frames_callback<int>(pop("on_preview"));
  if (const auto every = pop("preview_every"); !every.is_none()) run.preview_every = every.cast<int>();
  return run;
}

void demand_none(const py::kwargs& keywords) {
  if (!keywords.empty()) throw py::type_error("there is no argument '" + keywords.begin()->first.cast<std::string>() + "' here");
}

// The options of one object and changes as keywords.
GenerateOptions take_options(const py::object& given, const py::kwargs& keywords) {
  if (py::isinstance<GenerateOptions>(given)) return to_options(keywords, given.cast<GenerateOptions>());
  GenerateOptions options;
  if (!given.is_none()) options.prompt = given.cast<std::string>();
  return to_options(keywords, std::move(options));
}

void bind_options(py::module_& module) {
  py::class_<GenerateOptions> options(
      module, "GenerateOptions",
      "What to make. Keywords: prompt, negative_prompt, first_frame, last_frame, video, strength, width, height, frames, steps, guidance, "
      "guidance_2, scheduler, shift, seed, initial_noise, return_latents, resolution, ratio, duration, fps, audio, batch_guidance, sound; "
      "checkpoint, checkpoint_every and on_frames say how to run. "
      "Pictures are files, Image or uint8 arrays; what is unset takes the model's default.");
  options.def(py::init([](const py::kwargs& keywords) { return to_options(keywords); }))
      .def(
          "replace", [](const GenerateOptions& self, const py::kwargs& keywords) { return to_options(keywords, self); },
          "A copy with some fields changed.")
      .def("__replace__", [](const GenerateOptions& self, const py::kwargs& keywords) { return to_options(keywords, self); })
      .def("__repr__", &repr)
      .def_readonly("prompt", &GenerateOptions::prompt)
      .def_readonly("negative_prompt", &GenerateOptions::negative_prompt)
      .def_property_readonly("first_frame", [](const GenerateOptions& self) { return picture_object(self.first_frame); })
      .def_property_readonly("last_frame", [](const GenerateOptions& self) { return picture_object(self.last_frame); })
      .def_property_readonly("video", [](const GenerateOptions& self) { return clip_object(self.video); })
      .def_readonly("strength", &GenerateOptions::strength)
      .def_readonly("width", &GenerateOptions::width)
      .def_readonly("height", &GenerateOptions::height)
      .def_readonly("frames", &GenerateOptions::frames)
      .def_readonly("steps", &GenerateOptions::steps)
      .def_readonly("guidance", &GenerateOptions::guidance)
      .def_readonly("guidance_2", &GenerateOptions::guidance_2)
      .def_readonly("scheduler", &GenerateOptions::scheduler)
      .def_readonly("shift", &GenerateOptions::shift)
      .def_readonly("seed", &GenerateOptions::seed)
      .def_property_readonly("initial_noise", [](const GenerateOptions& self) { return view(self.initial_noise); })
      .def_readonly("return_latents", &GenerateOptions::return_latents)
      .def_readonly("resolution", &GenerateOptions::resolution)
      .def_readonly("ratio", &GenerateOptions::ratio)
      .def_readonly("duration", &GenerateOptions::duration)
      .def_readonly("fps", &GenerateOptions::fps)
      .def_readonly("audio", &GenerateOptions::audio)
      .def_readonly("batch_guidance", &GenerateOptions::batch_guidance)
      .def_readonly("sound", &GenerateOptions::sound);
}

void bind_results(py::module_& module) {
  py::class_<Generated>(module, "Generated", "A clip with the options and the provenance it was made with.")
      .def_readonly("video", &Generated::video)
      .def_property_readonly(
          "latents", [](const Generated& self) { return view(self.latents); },
          "float32 [z, t, h, w] when return_latents was set, else None.")
      .def_readonly("used", &Generated::used)
      .def_property_readonly(
          "provenance", [](const Generated& self) { return py::module_::import("json").attr("loads")(self.provenance); },
          "Model, options, hashes, versions, as a dict.")
      .def_property_readonly("provenance_json", [](const Generated& self) { return self.provenance; })
      .def("__repr__", [](const Generated& self) { return "Generated(" + std::string(py::str(py::repr(py::cast(self.video)))) + ")"; });
  py::class_<LoraFile>(module, "LoraFile", "An adapter: file, strength, and the expert it belongs to ('high', 'low' or '' for both).")
      .def(py::init([](std::filesystem::path file, double strength, std::string expert) {
             return LoraFile{std::move(file), strength, std::move(expert)};
           }),
           py::arg("file"), py::arg("strength") = 1.0, py::arg("expert") = "")
      .def_readonly("file", &LoraFile::file)
      .def_readonly("strength", &LoraFile::strength)
      .def_readonly("expert", &LoraFile::expert)
      .def("__repr__",
           [](const LoraFile& self) { return "LoraFile('" + self.file.string() + "', strength=" + std::to_string(self.strength) + ")"; });
  py::class_<PipelineInfo>(module, "PipelineInfo", "A family of models and the names it opens.")
      .def_readonly("family", &PipelineInfo::family)
      .def_readonly("models", &PipelineInfo::models)
      .def_readonly("summary", &PipelineInfo::summary)
      .def("__repr__", [](const PipelineInfo& self) {
        return "PipelineInfo('" + self.family + "', " + std::to_string(self.models.size()) + " models)";
      });
  module.def("pipelines", &gallop::pipelines, "Every family of models this build can run.");
}

// load(folder) or load(transformer=..., vae=..., ...).
Pipeline load(const std::optional<std::filesystem::path>& folder, const std::optional<Device>& device,
              const std::optional<std::string>& dtype, std::uint64_t memory_limit, const std::string& weights,
              const std::optional<std::filesystem::path>& transformer, const std::optional<std::filesystem::path>& transformer_2,
              const std::optional<std::filesystem::path>& vae, const std::optional<std::filesystem::path>& text_encoder,
              const std::optional<std::filesystem::path>& tokenizer, const std::optional<std::filesystem::path>& image_encoder,
              py::object on_progress, const std::optional<CancelToken>& cancel) {
  const auto options = load_options(device, dtype, memory_limit);
  const auto run = make_run_options(std::move(on_progress), cancel);
  const auto path = [](const std::optional<std::filesystem::path>& file) { return file.value_or(std::filesystem::path()); };
  const PipelineFiles files{path(transformer), path(transformer_2), path(vae), path(text_encoder), path(tokenizer), path(image_encoder)};
  const bool separate = transformer || transformer_2 || vae || text_encoder || tokenizer || image_encoder;
  if (separate == folder.has_value())
    throw InvalidArgument("load: give the folder of a model, or its files one by one (transformer=, vae=, text_encoder= ...)");
  if (weights != "full" && weights != "int8") throw InvalidArgument("load.weights: \"" + weights + "\"; use full or int8");
  py::gil_scoped_release unlocked;
  auto pipeline = folder ? Pipeline::load(*folder, options, run) : Pipeline::load(files, options, run);
  pipeline.hold_weights(weights == "int8" ? WeightForm::int8 : WeightForm::full);
  return pipeline;
}

ImageConditioning image_of(const py::object& image) {
  ImageConditioning result;
  if (image.is_none()) return result;
  const auto part = [&](const char* name) -> std::optional<Array> {
    const py::object value = image.attr("get")(name);
    return value.is_none() ? std::nullopt : std::optional(to_array(value, name));
  };
  result.features = part("features");
  result.condition = part("condition");
  return result;
}

void bind_stages(py::class_<Pipeline>& pipeline) {
  pipeline
      .def(
          "encode_prompt",
          [](Pipeline& self, const std::string& prompt, py::kwargs keywords) {
            const auto run = take_run(keywords);
            demand_none(keywords);
            py::gil_scoped_release unlocked;
            auto rows = self.encode_prompt(prompt, run);
            py::gil_scoped_acquire lock;
            return view(rows);
          },
          py::arg("prompt"), "float32 [512, text width]; rows beyond the prompt are zero.")
      .def(
          "encode_image",
          [](Pipeline& self, const py::object& options, py::kwargs keywords) {
            const auto run = take_run(keywords);
            const auto request = take_options(options, keywords);
            ImageConditioning image;
            {
              py::gil_scoped_release unlocked;
              image = self.encode_image(request, run);
            }
            return py::dict(py::arg("features") = view(image.features), py::arg("condition") = view(image.condition));
          },
          py::arg("options") = py::none(), "{'features', 'condition'}: arrays or None.")
      .def(
          "denoise",
          [](Pipeline& self, const py::object& options, const py::object& prompt_embedding, const py::object& negative_embedding,
             const py::object& image, py::kwargs keywords) {
            const auto run = take_run(keywords);
            const auto request = take_options(options, keywords);
            const Conditioning conditioning{
                to_array(prompt_embedding, "denoise.prompt_embedding"),
                negative_embedding.is_none() ? std::nullopt : std::optional(to_array(negative_embedding, "denoise.negative_embedding")),
                image_of(image)};
            py::gil_scoped_release unlocked;
            auto latents = self.denoise(request, conditioning, run);
            py::gil_scoped_acquire lock;
            return view(latents);
          },
          py::arg("options") = py::none(), py::kw_only(), py::arg("prompt_embedding"), py::arg("negative_embedding") = py::none(),
          py::arg("image") = py::none(), "Latents float32 [z, t, h, w].")
      .def(
          "decode",
          [](Pipeline& self, const py::object& latents, py::kwargs keywords) {
            const auto run = take_run(keywords);
            demand_none(keywords);
            const auto values = to_array(latents, "decode.latents");
            py::gil_scoped_release unlocked;
            return self.decode(values, run);
          },
          py::arg("latents"));
}

}  // namespace

LoadOptions load_options(const std::optional<Device>& device, const std::optional<std::string>& dtype, std::uint64_t memory_limit) {
  LoadOptions options;
  if (device) options.device = *device;
  if (dtype) options.dtype = parse_dtype(*dtype);
  options.memory_limit = memory_limit;
  return options;
}

void bind_pipeline(py::module_& module) {
  bind_options(module);
  bind_results(module);
  py::class_<Pipeline> pipeline(module, "Pipeline", "A generator with its models; one run at a time.");
  pipeline
      .def_static(
          "load", &load, py::arg("folder") = py::none(), py::kw_only(), py::arg("device") = py::none(), py::arg("dtype") = py::none(),
          py::arg("memory_limit") = 0, py::arg("weights") = "full", py::arg("transformer") = py::none(),
          py::arg("transformer_2") = py::none(), py::arg("vae") = py::none(), py::arg("text_encoder") = py::none(),
          py::arg("tokenizer") = py::none(), py::arg("image_encoder") = py::none(), py::arg("on_progress") = py::none(),
          py::arg("cancel") = py::none(),
          "Opens a diffusers folder, an official folder, a folder of separate files, or the files one by one. weights: full, or int8 for "
          "the transformer's matrices in 8 bits.")
      .def_property_readonly("name", &Pipeline::name)
      .def_property_readonly("device", [](const Pipeline& self) { return self.device().str(); })
      .def_property_readonly("dtype", [](const Pipeline& self) { return std::string(name_of(self.dtype())); })
      .def(
          "describe",
          [](const Pipeline& self, const py::object& options, const py::kwargs& keywords) {
            return self.describe(take_options(options, keywords));
          },
          py::arg("options") = py::none(), "Sizes, number types and the memory plan, as text.")
      .def("defaults", &Pipeline::defaults)
      .def(
          "resolve",
          [](const Pipeline& self, const py::object& options, const py::kwargs& keywords) {
            return self.resolve(take_options(options, keywords));
          },
          py::arg("options") = py::none())
      .def(
          "generate",
          [](Pipeline& self, const py::object& options, py::kwargs keywords) {
            const auto run = take_run(keywords);
            const auto request = take_options(options, keywords);
            py::gil_scoped_release unlocked;
            return self.generate(request, run);
          },
          py::arg("options") = py::none(),
          "generate(prompt or GenerateOptions, **options) -> Generated. Besides the options: on_progress, cancel, on_preview, "
          "preview_every.")
      .def(
          "generate_batch",
          [](Pipeline& self, const std::vector<GenerateOptions>& options, py::kwargs keywords) {
            const auto run = take_run(keywords);
            demand_none(keywords);
            py::gil_scoped_release unlocked;
            return self.generate_batch(options, run);
          },
          py::arg("options"))
      .def(
          "set_loras",
          [](Pipeline& self, const std::vector<LoraFile>& loras) {
            py::gil_scoped_release unlocked;
            self.set_loras(loras);
          },
          py::arg("loras"), "Merges adapters, replacing those set before; an empty list restores the weights exactly.")
      .def(
          "save",
          [](const Pipeline& self, const std::filesystem::path& folder, const std::optional<std::string>& dtype, py::kwargs keywords) {
            const auto run = take_run(keywords);
            demand_none(keywords);
            const auto type = dtype ? std::optional(parse_dtype(*dtype)) : std::nullopt;
            py::gil_scoped_release unlocked;
            self.save(folder, type, run);
          },
          py::arg("folder"), py::arg("dtype") = py::none(),
          "Writes the model as a diffusers folder, weights in dtype with the adapters in them.")
      .def("__repr__",
           [](const Pipeline& self) {
             return "Pipeline('" + self.name() + "', device='" + self.device().str() + "', dtype='" + std::string(name_of(self.dtype())) +
                    "')";
           })
      .def("__reduce__", [](const Pipeline&) -> py::object {
        throw py::type_error("a pipeline holds model weights and is not pickled; call gallop.Pipeline.load in the other process");
      });
  bind_stages(pipeline);
}

}  // namespace gallop::python
