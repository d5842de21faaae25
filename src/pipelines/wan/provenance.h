// What a clip was made of, as JSON: equal for equal results.
#pragma once

#include "base/json.h"
#include "pipelines/wan/parts.h"
#include "pipelines/wan/traits.h"

namespace gallop::pipelines::wan {

// The fields of a resolved request; pictures, clips and noise by the hash of their values.
base::OrderedJson to_json(const GenerateOptions& options);
// Schema gallop/generated-v1: model, options, adapters, hashes of the weight files, versions, device, number type.
base::OrderedJson provenance(WanParts& parts, const WanTraits& traits, const GenerateOptions& options, std::span<const LoraFile> loras);

}  // namespace gallop::pipelines::wan
