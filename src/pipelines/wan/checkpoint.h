// Runs that stop and go on: latents and solver state in a file.
#pragma once

#include <filesystem>
#include <string>

#include "schedulers/scheduler.h"

namespace gallop::pipelines::wan {

// `request` identifies what is being made, 64 hexadecimal digits. Atomic. IoError.
void save_checkpoint(const std::filesystem::path& file, const std::string& request, const schedulers::Scheduler& solver,
                     const at::Tensor& latents);
// False when there is no such file. InvalidArgument: the file belongs to another request; FormatError: it is no checkpoint.
bool resume_checkpoint(const std::filesystem::path& file, const std::string& request, schedulers::Scheduler& solver, at::Tensor& latents);

}  // namespace gallop::pipelines::wan
