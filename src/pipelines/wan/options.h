// Options of a Wan request: defaults filled in, everything else checked.
#pragma once

#include "gallop/generate.h"
#include "pipelines/wan/traits.h"

namespace gallop::pipelines::wan {

// The resolved request; resolving it again changes nothing. InvalidArgument names the field. Reads the sizes of given pictures
// and clips when they decide the size.
GenerateOptions resolved(const GenerateOptions& options, const WanParts& parts, const WanTraits& traits);
// The same without asking for a prompt or pictures: what a request would take by default.
GenerateOptions filled(const GenerateOptions& options, const WanParts& parts, const WanTraits& traits);

// Latent shape [z, t, h, w] of a resolved request.
std::vector<std::int64_t> latent_shape(const GenerateOptions& options, const models::wan::WanVaeConfig& vae);

Image read_picture(const Picture& picture);
Video read_clip(const Clip& clip);

}  // namespace gallop::pipelines::wan
