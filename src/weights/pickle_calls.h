// The few calls a tensor pickle may name, carried out as data construction.
#pragma once

#include "weights/pickle.h"

namespace gallop::weights {

// The meaning of callable(*arguments) for a name of the fixed list; FormatError for any other.
PicklePtr rebuild(const std::string& callable, const PickleList& arguments, PickleArena& arena);
// What `name` stands for when it is only named; FormatError when it is not on the list.
void check_global(const std::string& name, const std::string& where);
// A storage from its persistent id ("storage", class, key, location, numel).
PicklePtr storage_of(const PickleValue& id, PickleArena& arena);

}  // namespace gallop::weights
