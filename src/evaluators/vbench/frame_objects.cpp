#include "evaluators/vbench/frame_objects.h"

#include "evaluators/vbench/detector_checkpoints.h"
#include "evaluators/vbench/frame_tensor.h"
#include "evaluators/vbench/model_cache.h"
#include "tensor/image_transforms.h"

namespace gallop::evaluators::vbench {
namespace {

using models::grit::Grit;

bool keeps_size(const media::FrameView& frame) {
  const tensor::ImageSize size{frame.height, frame.width};
  return tensor::grit_size(size) == size;
}

std::vector<std::string> texts(const GritModels& models, const Grit::Found& found, std::int64_t begin) {
  std::vector<std::string> all;
  for (const auto& ids : models.grit->describe(found, begin)) all.push_back(models.words->decode(ids));
  return all;
}

// The published file also holds the unused mask head and second names of the text decoder's tensors.
bool of_detector(const std::string& name) {
  for (const std::string_view part :
       {"backbone.", "proposal_generator.", "roi_heads.box_head.", "roi_heads.box_predictor.", "roi_heads.text_decoder."})
    if (name.starts_with(part)) return name != "roi_heads.text_decoder.textual.output.weight";
  return false;
}

}  // namespace

GritModels load_grit(const std::filesystem::path& weights, const LoadOptions& options) {
  const auto vocabulary = find_checkpoint(weights, checkpoints::bert_vocabulary);
  auto grit =
      shared_model<Grit>(weights, checkpoints::grit, options, [](const nn::Params& params) { return Grit::load({}, params); }, of_detector);
  return {std::move(grit), std::make_shared<const text::WordPiece>(text::WordPiece::load(vocabulary))};
}

void FrameObjects::turn_to(const media::FrameView& frame) {
  if (frame.index == index_) return;
  index_ = frame.index;
  found_.reset();
  objects_.reset();
  described_.reset();
}

const std::vector<Instance>& FrameObjects::objects(const GritModels& models, const media::FrameView& frame) {
  turn_to(frame);
  if (objects_) return *objects_;
  const auto found = found_ ? *found_ : models.grit->detect(tensor::grit_tensor(view_of(frame), true));
  if (keeps_size(frame)) found_ = found;
  auto names = texts(models, found, Grit::kObjectNames);
  const auto corners = found.boxes.corners.to(at::kLong);  // truncates
  objects_.emplace();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto row = corners[static_cast<std::int64_t>(i)];
    objects_->push_back(
        {std::move(names[i]),
         {row[0].item<std::int64_t>(), row[1].item<std::int64_t>(), row[2].item<std::int64_t>(), row[3].item<std::int64_t>()}});
  }
  return *objects_;
}

const FrameObjects::Described& FrameObjects::described(const GritModels& models, const media::FrameView& frame) {
  turn_to(frame);
  if (described_) return *described_;
  const auto found = found_ ? *found_ : models.grit->detect(tensor::grit_bytes(view_of(frame)).permute({0, 3, 1, 2}).to(at::kFloat));
  if (keeps_size(frame)) found_ = found;
  described_ = Described{texts(models, found, Grit::kDenseCaptions), {}};
  if (described_->captions.empty()) return *described_;
  if (objects_ && keeps_size(frame)) {
    described_->first_name = objects_->front().name;
  } else {
    const Grit::Found first{{found.boxes.corners.narrow(0, 0, 1), found.boxes.scores.narrow(0, 0, 1)}, found.features.narrow(0, 0, 1)};
    described_->first_name = texts(models, first, Grit::kObjectNames).front();
  }
  return *described_;
}

}  // namespace gallop::evaluators::vbench
