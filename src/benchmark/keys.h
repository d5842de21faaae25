// Ed25519 through OpenSSL, and base64.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "gallop/card.h"

struct evp_pkey_st;

namespace gallop::benchmark {

struct FreeKey {
  void operator()(evp_pkey_st* key) const noexcept;
};
using Key = std::unique_ptr<evp_pkey_st, FreeKey>;

Key read_private_key(const std::filesystem::path& file);  // NotFound, FormatError
std::string sign(const Key& key, std::string_view bytes);
bool verify(std::string_view raw_public_key, std::string_view bytes, std::string_view signature);

SigningKey make_key_files(const std::filesystem::path& file);
SigningKey describe_key_file(const std::filesystem::path& file);
std::string keyid_of(std::string_view raw_public_key);

std::string to_base64(std::string_view bytes);
std::string from_base64(std::string_view text);  // strict; FormatError

}  // namespace gallop::benchmark
