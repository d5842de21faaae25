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
