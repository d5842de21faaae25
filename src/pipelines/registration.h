// What the file of a family defines: in namespace gallop::pipelines::<name> the functions declared by GALLOP_PIPELINE(<name>).
// The build's registration line gallop_add_pipeline(<name>) puts them into the table of families.
#pragma once

#include "pipelines/pipeline_base.h"

#define GALLOP_PIPELINE(name)                                                                                                 \
  namespace gallop::pipelines::name {                                                                                         \
  PipelineInfo information();                                                                                                 \
  /* Nothing when the source holds no model of this family; throws when it does and cannot be opened. */                      \
  std::unique_ptr<PipelineBase> open(const ModelSource& source, const LoadOptions& options, const base::RunMonitor& monitor); \
  }
