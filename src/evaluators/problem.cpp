#include "evaluators/problem.h"

namespace gallop::evaluators {

void rethrow(const Problem& problem) {
  switch (problem.kind) {
    case ErrorKind::invalid_argument:
      throw InvalidArgument(problem.message);
    case ErrorKind::not_found:
      throw NotFound(problem.message);
    case ErrorKind::format_error:
      throw FormatError(problem.message);
    case ErrorKind::media_error:
      throw MediaError(problem.message);
    case ErrorKind::model_error:
      throw ModelError(problem.message);
    case ErrorKind::unsupported:
      throw Unsupported(problem.message);
    case ErrorKind::out_of_memory:
      throw OutOfMemory(problem.message);
    case ErrorKind::cancelled:
      throw Cancelled(problem.message);
    case ErrorKind::io_error:
      throw IoError(problem.message);
    case ErrorKind::internal_error:
      break;
  }
  throw InternalError(problem.message);
}

}  // namespace gallop::evaluators
