// Everything the library offers.
#pragma once

#include "gallop/arena.h"
#include "gallop/array.h"
#include "gallop/benchmark.h"
#include "gallop/card.h"
#include "gallop/device.h"
#include "gallop/error.h"
#include "gallop/evaluator.h"
#include "gallop/export.h"
#include "gallop/generate.h"
#include "gallop/image.h"
#include "gallop/log.h"
#include "gallop/pipeline.h"
#include "gallop/progress.h"
#include "gallop/version.h"
#include "gallop/video.h"
#include "gallop/weights.h"
