// Checking a card step by step: every check is listed, whatever the others said (arena.md 15.4).
#include <algorithm>
#include <cmath>
#include <map>
#include <span>

#include "base/check.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/names.h"
#include "benchmark/canonical_json.h"
#include "benchmark/card.h"
#include "benchmark/card_recompute.h"
#include "benchmark/card_schema.h"
#include "benchmark/keys.h"

namespace gallop::benchmark {
namespace {

struct Signer {
  std::string keyid, party;
};

class Verification {
 public:
  Verification(std::string_view text, const VerifyOptions& options) : options_(options) {
    if (!unwrap(text)) return;
    check_signatures();
    if (!check_schema()) return;
    try {
      check_trust();
      check_digests();
      read_rows();
      check_media();
      check_aggregates();
      check_label();
    } catch (const base::Json::exception& error) {
      judge("schema", false, error.what(), "");  // a null where a check needs a value
    }
  }

  CardReport report() const {
    CardReport report{.checks = checks_, .label = label_};
    const auto failed = [&](std::initializer_list<const char*> ids) {
      return std::any_of(checks_.begin(), checks_.end(), [&](const auto& check) {
        return check.state == CheckState::failed && std::find(ids.begin(), ids.end(), check.id) != ids.end();
      });
    };
    report.exit_code = failed({"envelope"})                                  ? 7
                       : failed({"signature"})                               ? 6
                       : failed({"schema"})                                  ? 7
                       : failed({"digests", "media", "aggregates", "label"}) ? 6
                       : failed({"signed", "trust"})                         ? 5
                                                                             : 0;
    return report;
  }

 private:
  void note(const char* id, CheckState state, std::string detail) { checks_.push_back({id, state, std::move(detail)}); }
  bool judge(const char* id, bool good, const std::string& bad, const std::string& fine) {
    note(id, good ? CheckState::passed : CheckState::failed, good ? fine : bad);
    return good;
  }

  bool unwrap(std::string_view text) {
    try {
      auto json = base::parse_json(text, "card");
      GALLOP_CHECK(json.is_object(), FormatError, "card: no object");
      if (!json.contains("payload")) {
        card_ = std::move(json);
        note("envelope", CheckState::skipped, "a bare card, no envelope");
        return true;
      }
      GALLOP_CHECK(json.value("payloadType", "") == kPayloadType, FormatError, "payloadType is not {}", kPayloadType);
      payload_ = from_base64(json.at("payload").get<std::string>());
      for (const auto& signature : json.at("signatures"))
        signatures_.push_back({signature.at("keyid").get<std::string>(), from_base64(signature.at("sig").get<std::string>())});
      enveloped_ = true;
      note("envelope", CheckState::passed, fmt::format("{} signatures", signatures_.size()));
      return true;
    } catch (const Error& error) {
      return judge("envelope", false, error.what(), "");
    } catch (const base::Json::exception& error) {
      return judge("envelope", false, error.what(), "");
    }
  }

  // Over the exact bytes, before they are parsed. A signature by an unknown key says nothing either way.
  void check_signatures() {
    read_trust();
    if (!judge("signed", enveloped_ && !signatures_.empty(), "nobody has signed", "")) return;
    std::string bad;
    for (const auto& [keyid, signature] : signatures_) {
      const auto found = keys_.find(keyid);
      if (found == keys_.end()) continue;
      if (verify(found->second.at("raw").get_ref<const std::string&>(), signed_bytes(kPayloadType, payload_), signature))
        good_.push_back(keyid);
      else
        bad += (bad.empty() ? "" : ", ") + keyid;
    }
    judge("signature", bad.empty(), "the bytes are not what these keys signed: " + bad,
          fmt::format("{} of {} signatures checked by known keys", good_.size(), signatures_.size()));
  }

  void read_trust() {
    if (options_.trust.empty()) return;
    const auto json = base::read_json(options_.trust);
    try {
      GALLOP_CHECK(json.at("schema") == "gallop/trust-v1", FormatError, "{}: \"schema\" is not gallop/trust-v1",
                   base::quote(options_.trust));
      for (auto key : json.at("keys")) {
        auto raw = from_base64(key.at("public_key").get<std::string>());
        const auto keyid = key.at("keyid").get<std::string>();
        GALLOP_CHECK(keyid_of(raw) == keyid, FormatError, "{}: key {} has another id than its bytes give", base::quote(options_.trust),
                     keyid);
        key["raw"] = std::move(raw);
        keys_[keyid] = std::move(key);
      }
    } catch (const base::Json::exception& error) {
      throw FormatError(fmt::format("{}: is no trust file: {}", base::quote(options_.trust), error.what()));
    }
  }

  bool check_schema() {
    try {
      if (enveloped_) {
        const auto statement = base::parse_json(payload_, "payload");
        GALLOP_CHECK(
            statement.value("_type", "") == "https://in-toto.io/Statement/v1" && statement.value("predicateType", "") == kPredicateType,
            FormatError, "the payload is no statement about a result card");
        card_ = statement.at("predicate");
        const auto misfit = schema_misfit(card_);
        if (!misfit.empty()) return judge("schema", false, misfit, "");
        return judge("schema", statement_of(card_) == payload_,
                     "the subjects of the statement are not those of its card, or it is not in canonical form", "result-card/1");
      }
      const auto misfit = schema_misfit(card_);
      return judge("schema", misfit.empty(), misfit, "result-card/1");
    } catch (const Error& error) {
      return judge("schema", false, error.what(), "");
    } catch (const base::Json::exception& error) {
      return judge("schema", false, error.what(), "");
    }
  }

  // Keys that are known, valid at the time, not revoked, and trusted in a role.
  void check_trust() {
    if (!enveloped_) return;
    const auto at = options_.at.empty() ? card_.at("created").get<std::string>() : options_.at;
    std::string bad;
    for (const auto& [keyid, signature] : signatures_) {
      const auto found = keys_.find(keyid);
      std::string why;
      if (found == keys_.end())
        why = "not in the trust file";
      else if (std::find(good_.begin(), good_.end(), keyid) == good_.end())
        why = "its signature is wrong";
      else if (found->second.value("revoked", false))
        why = "revoked";
      else if (at < found->second.value("valid_from", "") ||
               (!found->second.value("valid_to", "").empty() && at > found->second.value("valid_to", "")))
        why = "not valid at " + at;
      if (why.empty())
        trusted_.push_back({keyid, found->second.value("party", "")});
      else
        bad += (bad.empty() ? "" : "; ") + keyid + ": " + why;
    }
    judge("trust", bad.empty() && !trusted_.empty(), bad.empty() ? "no trusted signature" : bad,
          fmt::format("{} trusted", trusted_.size()));
  }

  bool has_role(const std::string& party, const std::string& role) const {
    return std::any_of(trusted_.begin(), trusted_.end(), [&](const Signer& signer) {
      const auto roles = keys_.at(signer.keyid).value("roles", base::Json::array());
      return signer.party == party && std::find(roles.begin(), roles.end(), role) != roles.end();
    });
  }

  void check_file(const std::filesystem::path& file, const base::Json& wanted, const char* what) {
    if (file.empty()) return note("digests", CheckState::skipped, fmt::format("{}: no file was named", what));
    const auto digest = base::sha256_file(file);
    judge("digests", wanted == digest, fmt::format("{}: SHA-256 {}, the card says {}", what, digest, wanted.dump()), what);
  }

  void check_digests() {
    check_file(options_.per_clip, card_.at("results").at("per_clip_sha256"), "per-clip file");
    if (card_.at("votes").is_object()) check_file(options_.votes, card_.at("votes").at("file_sha256"), "vote file");
  }

  void read_rows() {
    if (options_.per_clip.empty()) return;
    try {
      rows_ = read_per_clip(options_.per_clip);
    } catch (const FormatError& error) {
      judge("aggregates", false, error.what(), "");
    }
  }

  // Each clip that the per-clip file names, and through it the manifest.
  void check_media() {
    if (!rows_) return note("media", CheckState::skipped, "needs the per-clip file, which names the clips");
    std::map<std::string, std::string> clips;
    for (const auto& row : *rows_) clips[row.clip] = row.clip_sha256;
    std::string manifest;
    for (const auto& [clip, digest] : clips) manifest += digest + "  " + clip + "\n";
    const auto own = base::sha256_hex(manifest);
    if (!judge("media", card_.at("media").at("manifest_sha256") == own, "the clips of the per-clip file are not those of the manifest",
               fmt::format("manifest of {} clips", clips.size())))
      return;
    if (options_.media.empty()) return note("media", CheckState::skipped, "no folder of clips was named");
    const auto bad = changed_clips(options_.media, clips);
    judge("media", bad.empty(),
          fmt::format("{} clips differ or are absent, first {}", bad.size(), bad.empty() ? "" : base::quote(bad.front())),
          fmt::format("{} clips have the digests of the manifest", clips.size()));
  }

  void check_aggregates() {
    const auto apart = rows_ ? dimension_misfit(card_, *rows_) : "";
    if (!rows_)
      note("aggregates", CheckState::skipped, "dimensions: needs the per-clip file");
    else
      judge("aggregates", apart.empty(), apart, "dimensions follow from the per-clip rows");
    const auto misfit = aggregate_misfit(card_);
    judge("aggregates", misfit.empty(), misfit, "aggregates follow from the dimensions");
  }

  void check_label() {
    std::set<std::string> absent;
    for (const auto& [part, role] : {std::pair("sampling", "sampler"), std::pair("evaluation", "evaluator")}) {
      const auto& party = card_.at(part).at("party");
      if (party.is_string() && !has_role(party.get<std::string>(), role)) absent.insert(party.get<std::string>());
    }
    label_ = label_of(card_, absent);
    const auto& value = card_.at("label").at("value");
    const auto claimed = value.is_string() ? value.get<std::string>() : std::string("nothing");
    const auto by_parties = label_of(card_, {});
    judge("label", claimed == by_parties, fmt::format("the card says {}, its parties give {}", claimed, by_parties),
          claimed == label_ ? claimed : fmt::format("{} is claimed; with these signatures it is {}", claimed, label_));
  }

  const VerifyOptions& options_;
  std::vector<CardCheck> checks_;
  std::string payload_, label_ = "unknown";
  base::Json card_;
  bool enveloped_ = false;
  std::vector<std::pair<std::string, std::string>> signatures_;
  std::map<std::string, base::Json> keys_;
  std::vector<std::string> good_;
  std::vector<Signer> trusted_;
  std::optional<std::vector<ResultRow>> rows_;
};

}  // namespace

CardReport verify_card(std::string_view text, const VerifyOptions& options) { return Verification(text, options).report(); }

}  // namespace gallop::benchmark
