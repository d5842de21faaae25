#include "bindings.h"

namespace gallop::python {
namespace {

std::string text_of(CheckState state) {
  return state == CheckState::passed ? "passed" : state == CheckState::failed ? "failed" : "skipped";
}

}  // namespace

void bind_card(py::module_& parent) {
  auto module = parent.def_submodule("card", "Result cards; use package gallop.card instead.");
  py::class_<SigningKey>(module, "SigningKey", "Identity of an Ed25519 key.")
      .def_readonly("keyid", &SigningKey::keyid)
      .def_readonly("public_key", &SigningKey::public_key)
      .def("__repr__", [](const SigningKey& self) { return "SigningKey('" + self.keyid + "')"; });
  py::class_<CardCheck>(module, "CardCheck", "One check of a card.")
      .def_readonly("id", &CardCheck::id)
      .def_property_readonly("state", [](const CardCheck& self) { return text_of(self.state); })
      .def_readonly("detail", &CardCheck::detail)
      .def("__repr__", [](const CardCheck& self) { return "CardCheck('" + self.id + "', " + text_of(self.state) + ")"; });
  py::class_<CardReport>(module, "CardReport", "Every check of a card, its label, and the exit code of the command line.")
      .def_readonly("checks", &CardReport::checks)
      .def_readonly("label", &CardReport::label)
      .def_readonly("exit_code", &CardReport::exit_code);
  module.def("new_signing_key", &new_signing_key, py::arg("file"));
  module.def("read_signing_key", &read_signing_key, py::arg("file"));
  module.def(
      "make_card",
      [](const Results& results, const std::string& facts, const std::string& created) { return make_card(results, facts, created); },
      py::arg("results"), py::arg("facts"), py::arg("created") = "", py::call_guard<py::gil_scoped_release>());
  module.def(
      "make_arena_card",
      [](std::string board, std::string model, double rating, double se, double low, double high, std::int64_t shown,
         std::string file_sha256, std::int64_t count, std::optional<std::int64_t> voters, std::map<std::string, std::int64_t> filters,
         std::string both_bad_policy, std::string estimator, std::string interval, bool reweighted, std::string sampling_rule,
         std::optional<double> sampling_rate, const std::string& facts, const std::string& created) {
        return make_card(
            {.board = std::move(board), .model = std::move(model), .rating = rating, .se = se, .low = low, .high = high, .votes = shown},
            {.file_sha256 = std::move(file_sha256),
             .count = count,
             .voters = voters,
             .filters = std::move(filters),
             .both_bad_policy = std::move(both_bad_policy),
             .estimator = std::move(estimator),
             .interval = std::move(interval),
             .reweighted = reweighted,
             .sampling_rule = std::move(sampling_rule),
             .sampling_rate = sampling_rate},
            facts, created);
      },
      py::arg("board"), py::arg("model"), py::kw_only(), py::arg("rating"), py::arg("se"), py::arg("low"), py::arg("high"),
      py::arg("shown"), py::arg("file_sha256"), py::arg("count"), py::arg("voters"), py::arg("filters"), py::arg("both_bad_policy"),
      py::arg("estimator"), py::arg("interval"), py::arg("reweighted"), py::arg("sampling_rule"), py::arg("sampling_rate"),
      py::arg("facts"), py::arg("created") = "");
  module.def("media_manifest", &media_manifest, py::arg("results"));
  module.def(
      "sign_card", [](const std::string& text, const std::filesystem::path& key) { return sign_card(text, key); },
      py::arg("card_or_envelope"), py::arg("private_key"));
  module.def("derive_label", [](const std::string& card) { return derive_label(card); }, py::arg("card"));
  module.def(
      "label_word", [](const std::string& label, const std::string& scheme) { return label_word(label, scheme); }, py::arg("label"),
      py::arg("scheme"));
  module.def(
      "verify_card",
      [](const std::string& text, std::filesystem::path trust, std::filesystem::path media, std::filesystem::path per_clip,
         std::filesystem::path votes, std::string at) {
        return verify_card(text, {.trust = std::move(trust),
                                  .media = std::move(media),
                                  .per_clip = std::move(per_clip),
                                  .votes = std::move(votes),
                                  .at = std::move(at)});
      },
      py::arg("card_or_envelope"), py::kw_only(), py::arg("trust") = "", py::arg("media") = "", py::arg("per_clip") = "",
      py::arg("votes") = "", py::arg("at") = "", py::call_guard<py::gil_scoped_release>());
}

}  // namespace gallop::python
