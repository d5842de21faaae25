// In-toto statement, DSSE envelope (arena.md 15.4).
#include "base/check.h"
#include "benchmark/canonical_json.h"
#include "benchmark/card.h"
#include "benchmark/card_schema.h"
#include "benchmark/keys.h"

namespace gallop::benchmark {
namespace {

base::Json subject(const char* name, const base::Json& digest) { return {{"name", name}, {"digest", {{"sha256", digest}}}}; }

}  // namespace

std::string statement_of(const base::Json& card) {
  base::Json subjects = base::Json::array();
  const auto add = [&](const char* name, const base::Json& digest) {
    if (!digest.is_null()) subjects.push_back(subject(name, digest));
  };
  add("media-manifest", card.at("media").at("manifest_sha256"));
  add("per-clip", card.at("results").at("per_clip_sha256"));
  if (card.at("votes").is_object()) add("votes", card.at("votes").at("file_sha256"));
  return canonical(
      {{"_type", "https://in-toto.io/Statement/v1"}, {"subject", subjects}, {"predicateType", kPredicateType}, {"predicate", card}});
}

std::string signed_bytes(std::string_view payload_type, std::string_view payload) {
  return fmt::format("DSSEv1 {} {} {} {}", payload_type.size(), payload_type, payload.size(), payload);
}

std::string sign_card(std::string_view text, const std::filesystem::path& private_key) {
  const auto key = read_private_key(private_key);
  const auto own = describe_key_file(private_key);
  auto json = base::parse_json(text, "card");
  if (!json.is_object() || !json.contains("payload")) {
    const auto misfit = schema_misfit(json);
    GALLOP_CHECK(misfit.empty(), FormatError, "card: {}; only a whole card is signed", misfit);
    json = {{"payloadType", kPayloadType}, {"payload", to_base64(statement_of(json))}, {"signatures", base::Json::array()}};
  }
  GALLOP_CHECK(json.value("payloadType", "") == kPayloadType && json.at("payload").is_string() && json.contains("signatures") &&
                   json.at("signatures").is_array(),
               FormatError, "card: the envelope has no payload of type {}", kPayloadType);
  for (const auto& signature : json["signatures"])
    GALLOP_CHECK(!signature.is_object() || signature.value("keyid", "") != own.keyid, InvalidArgument, "card: key {} has signed already",
                 own.keyid);
  const auto payload = from_base64(json["payload"].get<std::string>());
  json["signatures"].push_back({{"keyid", own.keyid}, {"sig", to_base64(sign(key, signed_bytes(kPayloadType, payload)))}});
  return canonical(json) + "\n";
}

}  // namespace gallop::benchmark
