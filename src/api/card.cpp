// The public side of result cards.
#include "gallop/card.h"

#include "base/json.h"
#include "benchmark/card.h"
#include "benchmark/card_schema.h"
#include "benchmark/keys.h"
#include "gallop/error.h"
#include "tensor/translate.h"

namespace gallop {
inline namespace v0 {

SigningKey new_signing_key(const std::filesystem::path& file) {
  return tensor::translated([&] { return benchmark::make_key_files(file); });
}
SigningKey read_signing_key(const std::filesystem::path& file) {
  return tensor::translated([&] { return benchmark::describe_key_file(file); });
}
std::string make_card(const Results& results, std::string_view facts, std::string_view created) {
  return tensor::translated([&] { return benchmark::make_card(results, facts, created); });
}
std::string make_card(const BoardEntry& entry, const BoardVotes& votes, std::string_view facts, std::string_view created) {
  return tensor::translated([&] { return benchmark::make_card(entry, votes, facts, created); });
}
std::string media_manifest(const Results& results) {
  return tensor::translated([&] { return benchmark::manifest_of(results); });
}
std::string sign_card(std::string_view card_or_envelope, const std::filesystem::path& private_key) {
  return tensor::translated([&] { return benchmark::sign_card(card_or_envelope, private_key); });
}
std::string derive_label(std::string_view card) {
  return tensor::translated([&] {
    const auto json = base::parse_json(card, "card");
    if (const auto misfit = benchmark::schema_misfit(json); !misfit.empty()) throw FormatError("card: " + misfit);
    return benchmark::label_of(json, {});
  });
}
CardReport verify_card(std::string_view card_or_envelope, const VerifyOptions& options) {
  return tensor::translated([&] { return benchmark::verify_card(card_or_envelope, options); });
}

}  // namespace v0
}  // namespace gallop
