// Captions of single frames as JSON lines, for the live comparison with the reference captioner.
// usage: vbench_captions WEIGHTS STEP CLIP...: every STEP-th of the 16 middle frames of each clip, with the processor
// seconds of each.
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "base/json.h"
#include "evaluators/vbench/captioner.h"
#include "evaluators/vbench/frame_tensor.h"
#include "gallop/error.h"
#include "media/frame_source.h"
#include "tensor/image_transforms.h"

int main(int count, char** words) {
  using namespace gallop;
  if (count < 4) {
    std::fprintf(stderr, "usage: vbench_captions WEIGHTS STEP CLIP...\n");
    return 2;
  }
  try {
    const c10::InferenceMode guard;
    at::set_num_threads(1);
    const auto captioner = evaluators::vbench::Captioner::load(words[1], {.device = {}});
    const auto step = std::atoi(words[2]);
    for (int i = 3; i < count; ++i) {
      const auto source = media::open_frames(words[i], {.contract = ReaderContract::decord, .middle = 16, .width = 384, .height = 384});
      for (int frame = 0; const auto view = source->next(); ++frame) {
        if (frame % step != 0) continue;
        const auto picture = tensor::tag2text_384(evaluators::vbench::view_of(*view));
        const auto start = std::clock();
        const auto caption = captioner.describe(captioner.look(picture)).front();
        const auto seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
        const base::Json answer = {{"clip", words[i]},   {"frame", frame},       {"tags", caption.tags},
                                   {"ids", caption.ids}, {"text", caption.text}, {"seconds", seconds}};
        std::printf("%s\n", answer.dump().c_str());
        std::fflush(stdout);
      }
    }
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
