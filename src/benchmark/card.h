// Parts of making and checking result cards.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "base/json.h"
#include "gallop/card.h"

namespace gallop::benchmark {

inline constexpr std::string_view kPayloadType = "application/vnd.in-toto+json";
inline constexpr std::string_view kPredicateType = "urn:gallop:result-card/1";

// `absent_parties`: named in the card, but without a signature of theirs.
std::string label_of(const base::Json& card, const std::set<std::string>& absent_parties);

std::string make_card(const Results& results, std::string_view facts, std::string_view created);
std::string make_card(const BoardEntry& entry, const BoardVotes& votes, std::string_view facts, std::string_view created);
std::string manifest_of(const Results& results);
// The in-toto statement around a card, canonical.
std::string statement_of(const base::Json& card);
// The bytes a DSSE signature covers.
std::string signed_bytes(std::string_view payload_type, std::string_view payload);
std::string sign_card(std::string_view text, const std::filesystem::path& private_key);
CardReport verify_card(std::string_view text, const VerifyOptions& options);
// C2PA manifest in an ISO media file (a top-level uuid box of theirs).
bool has_c2pa(const std::filesystem::path& file);

}  // namespace gallop::benchmark
