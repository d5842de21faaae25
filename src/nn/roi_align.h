// Features of boxes cut out of a feature map, ROIAlign of Mask R-CNN (He et al. 2017) in its half-pixel ("aligned") form.
#pragma once

#include "tensor/aten.h"

namespace gallop::nn {

//   features: float32 [1, C, H, W]; boxes: float32 [N, 4] as x1, y1, x2, y2 in pixels of the picture; `scale`: cells of the
//   map a pixel. Returns float32 [N, C, size, size]: the mean of bilinear samples in each of size x size bins, as many
//   samples along an axis as the bin is cells long, rounded up; a sample more than one cell outside the map counts as zero.
// The samples form a grid along the axes, so a box is two small matrix products with weights of its rows and columns. On the
// CPU only the cells that a box touches are read; elsewhere the products are LibTorch's.
at::Tensor roi_align(const at::Tensor& features, const at::Tensor& boxes, double scale, std::int64_t size);

// The second form, for any device; the first calls it for tensors that are not in CPU memory.
at::Tensor roi_align_by_products(const at::Tensor& features, const at::Tensor& boxes, double scale, std::int64_t size);

}  // namespace gallop::nn
