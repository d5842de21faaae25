// Writing to the log sink.
#pragma once

#include <fmt/format.h>

#include <string_view>

#include "gallop/log.h"

namespace gallop::base {

void log_text(LogLevel level, std::string_view text) noexcept;

template <class... Args>
void log(LogLevel level, fmt::format_string<Args...> format, Args&&... args) {
  if (level >= log_level()) log_text(level, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace gallop::base
