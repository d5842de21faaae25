// Which models are connected, and how.
#pragma once

#include <string>

#include "arena/cells.h"

namespace gallop::arena {

using Components = std::vector<std::vector<std::uint32_t>>;
Components components(const Board& board);         // by any vote, each sorted, first member ascending
Components strong_components(const Board& board);  // i -> j when i scored anything against j
// InvalidArgument with the list when finite ratings do not exist.
void require_finite(const Board& board);

}  // namespace gallop::arena
