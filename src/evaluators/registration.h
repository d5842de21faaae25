// What the file of a dimension defines besides its classes: in namespace gallop::evaluators::<name> the two functions
// declared by GALLOP_EVALUATOR(<name>). The build's registration line puts both into the table of built-in evaluators.
#pragma once

#include <filesystem>
#include <memory>

#include "gallop/evaluator.h"

#define GALLOP_EVALUATOR(name)                                                                             \
  namespace gallop::evaluators::name {                                                                     \
  EvaluatorInfo information();                                                                             \
  std::unique_ptr<EvaluatorBase> create(const std::filesystem::path& weights, const LoadOptions& options); \
  }
