#include "bindings.h"

PYBIND11_MODULE(_gallop, module) {
  using namespace gallop::python;
  module.doc() = "The compiled half of gallop; use the names of package gallop instead.";
  module.attr("__version__") = GALLOP_VERSION;
  bind_errors(module);
  bind_system(module);
  bind_progress(module);
  bind_video(module);
  bind_device_frames(module);
  bind_media(module);
  bind_weights(module);
  bind_evaluator(module);
  bind_pipeline(module);
  bind_arena(module);
  bind_benchmark(module);
  bind_card(module);
}
