// Result cards: what was measured, by whom, with what; signed on request and checkable by anyone.
//
// A card is JSON (schema result-card/1) inside an in-toto statement; a signed card is a DSSE envelope around it (Ed25519).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gallop/benchmark.h"
#include "gallop/export.h"

namespace gallop {
inline namespace v0 {

// An Ed25519 key pair in two PEM files: `file` (private, PKCS#8, readable by its owner only) and `file`.pub.
struct SigningKey {
  std::string keyid = {};       // first 16 hexadecimal digits of the SHA-256 of the raw public key
  std::string public_key = {};  // raw, base64
};
// IoError when the files exist already or cannot be written.
GALLOP_API SigningKey new_signing_key(const std::filesystem::path& file);
// Of a private or public PEM file. FormatError when it holds no Ed25519 key.
GALLOP_API SigningKey read_signing_key(const std::filesystem::path& file);

// The card of a finished run as canonical JSON.
//   facts: JSON object with what only people know: "model", "sampling", "evaluation" {party, independent, mode, hardware ...},
//          "deviations", "statements", "supersedes"; keys as in the schema, absent ones become null.
//   created: RFC 3339 UTC time; empty: SOURCE_DATE_EPOCH, else the present.
// Deviations that follow from the run (missing clips, fewer samples, another prompt file) are added by themselves, the label
// is derived. InvalidArgument for unknown facts.
GALLOP_API std::string make_card(const Results& results, std::string_view facts, std::string_view created = {});

// What a frozen board says of one model.
struct BoardEntry {
  std::string board = {};         // its key: task, audio, category ("t2v/off")
  std::string model = {};         // as the votes name it
  double rating = 0.0, se = 0.0;  // Elo points
  double low = 0.0, high = 0.0;   // 95 % interval
  std::int64_t votes = 0;         // that show the model
};
// What a frozen board was made of: enough to fit it again.
struct BoardVotes {
  std::string file_sha256 = {};                       // of the vote file
  std::int64_t count = 0;                             // rated votes
  std::optional<std::int64_t> voters = std::nullopt;  // unset: the file does not tell voters apart
  std::map<std::string, std::int64_t> filters = {};   // rule -> votes removed
  std::string both_bad_policy = "half", estimator = {}, interval = {};
  bool reweighted = false;
  std::string sampling_rule = {};                      // how pairs were drawn; empty: not known
  std::optional<double> sampling_rate = std::nullopt;  // share of the model's pairs among those drawn
};
// The card of a model on a frozen board (kind "arena"); `facts` and `created` as above.
GALLOP_API std::string make_card(const BoardEntry& entry, const BoardVotes& votes, std::string_view facts, std::string_view created = {});

// The lines "<sha256>  <path>" of the clips that were judged, sorted by bytes of the path.
GALLOP_API std::string media_manifest(const Results& results);

// Wraps a card into a signed envelope, or adds a signature to an envelope. Several parties sign one card.
GALLOP_API std::string sign_card(std::string_view card_or_envelope, const std::filesystem::path& private_key);

// The label the parties of a card earn: "verified", "evaluated", "self-reported" or "unknown".
GALLOP_API std::string derive_label(std::string_view card);
// Its word in a published vocabulary: "ours/1", "vbench-board/2026-10", "vbench-space/513a458", "press/2026-04".
GALLOP_API std::string label_word(std::string_view label, std::string_view scheme);

struct VerifyOptions {
  std::filesystem::path trust = {};     // JSON file of known keys: party, roles, validity; empty: nobody is trusted
  std::filesystem::path media = {};     // folder of the clips: their digests are checked against the manifest
  std::filesystem::path per_clip = {};  // per_clip.jsonl of the run
  std::filesystem::path votes = {};
  std::string at = {};  // RFC 3339 time at which keys must be valid; empty: the card's own `created`
};
enum class CheckState { passed, failed, skipped };
struct CardCheck {
  std::string id = {};  // "envelope", "signature", "trust", "schema", "digests", "media", "aggregates", "label"
  CheckState state = CheckState::skipped;
  std::string detail = {};
};
struct CardReport {
  std::vector<CardCheck> checks = {};
  std::string label = "unknown";  // derived from parties and signers
  int exit_code = 7;              // 0 all passed, 5 not signed or not trusted, 6 mismatch, 7 malformed
};
// Never throws for what the card says; IoError and NotFound for files named in the options.
GALLOP_API CardReport verify_card(std::string_view card_or_envelope, const VerifyOptions& options = {});

}  // namespace v0
}  // namespace gallop
