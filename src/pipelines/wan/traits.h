// What kind of Wan model this is and what it makes by default (wan.md 1.3, 8).
#pragma once

#include <optional>
#include <string>

#include "pipelines/wan/parts.h"

namespace gallop::pipelines::wan {

struct WanTraits {
  std::string name;
  bool vision = false;        // wants CLIP features of its pictures
  bool masked = false;        // a mask and picture latents ride beside the noise
  bool first_latent = false;  // the picture is the first latent frame itself, with time 0 (Wan 2.2 5B)
  bool needs_first = false, takes_first = false, needs_last = false, takes_last = false;
  bool takes_video = false;  // video to video

  std::int64_t width = 832, height = 480, frames = 81;
  double fps = 16.0;
  int steps = 50;
  double guidance = 5.0;
  std::optional<double> guidance_2;
  double shift = 3.0, shift_720p = 3.0;  // the second from 1280 x 704 pixels on
  std::string scheduler = "unipc", negative_prompt;
};

// Published sizes have the published defaults; other models take the shift of their scheduler file; gallop.json in the
// folder (name, defaults) goes before both. FormatError: a gallop.json with unknown words or wrong types.
WanTraits traits_of(const WanParts& parts);
// The models this family knows.
std::vector<std::string> model_names();

}  // namespace gallop::pipelines::wan
