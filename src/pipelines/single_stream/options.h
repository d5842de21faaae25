// Options of a request: defaults filled in, everything else checked.
#pragma once

#include "gallop/generate.h"
#include "pipelines/single_stream/geometry.h"

namespace gallop::pipelines::single_stream {

// The resolved request; resolving it again changes nothing. InvalidArgument names the field.
GenerateOptions resolved(const GenerateOptions& options, const SingleStreamParts& parts);
// The same without asking for a prompt: what a request would take by default.
GenerateOptions filled(const GenerateOptions& options, const SingleStreamParts& parts);

bool is_distilled(const GenerateOptions& options);
// Of a resolved request.
Geometry geometry_of(const GenerateOptions& options, const SingleStreamParts& parts);
// 25 a second. A duration of s seconds has 25 s + 1, or 25 s of a given sound; a number of frames has as many, so that both
// end together.
std::int64_t audio_latents_of(const GenerateOptions& options);

// What steers away from common defects when the folder has no negative_prompt.txt.
const std::string& built_in_negative_prompt();
// SHA-256 of the published text.
inline constexpr const char* kPublishedNegativePrompt = "4515a21f8d125d12e5a42b23e65bb09f46ea9817567f1834ad556e8cd1852c4b";

}  // namespace gallop::pipelines::single_stream
