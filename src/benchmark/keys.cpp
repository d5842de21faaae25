#include "benchmark/keys.h"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <span>
#include <vector>

#include "base/check.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/names.h"

namespace gallop::benchmark {
namespace {

constexpr std::size_t kKeyBytes = 32, kSignatureBytes = 64;

using Bio = std::unique_ptr<BIO, decltype(&BIO_free_all)>;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

const unsigned char* raw(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string raw_public(const Key& key, const std::filesystem::path& file) {
  std::string bytes(kKeyBytes, '\0');
  std::size_t size = bytes.size();
  const bool ed25519 = EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_ED25519;
  GALLOP_CHECK(
      ed25519 && EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(bytes.data()), &size) == 1 && size == kKeyBytes,
      FormatError, "{}: holds no Ed25519 key; make one with gallop card key new", base::quote(file));
  return bytes;
}

std::string pem_of(const Key& key, bool secret) {
  const Bio bio(BIO_new(BIO_s_mem()), BIO_free_all);
  const int done = secret ? PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr)
                          : PEM_write_bio_PUBKEY(bio.get(), key.get());
  GALLOP_ASSERT(done == 1);
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

// Created with its final permissions and never over an existing file.
void write_new(const std::filesystem::path& file, const std::string& text, int mode) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  GALLOP_CHECK(fd >= 0, IoError, "{}: cannot be created: {}; keys are never overwritten", base::quote(file), std::strerror(errno));
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  ::close(fd);
  if (!written) ::unlink(file.c_str());
  GALLOP_CHECK(written, IoError, "{}: writing failed; free space or choose another folder", base::quote(file));
}

SigningKey described(const std::string& public_bytes) { return {.keyid = keyid_of(public_bytes), .public_key = to_base64(public_bytes)}; }

}  // namespace

void FreeKey::operator()(evp_pkey_st* key) const noexcept { EVP_PKEY_free(key); }

Key read_private_key(const std::filesystem::path& file) {
  const auto text = base::read_text(file, 1 << 16);
  const Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free_all);
  // An encrypted file must not stop at a prompt: the callback offers no pass phrase.
  const auto refuse = [](char*, int, int, void*) { return 0; };
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse, nullptr));
  GALLOP_CHECK(key != nullptr && EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_ED25519, FormatError,
               "{}: holds no unencrypted Ed25519 private key; make one with gallop card key new", base::quote(file));
  return key;
}

std::string sign(const Key& key, std::string_view bytes) {
  const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  std::string signature(kSignatureBytes, '\0');
  std::size_t size = signature.size();
  GALLOP_ASSERT(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1);
  GALLOP_ASSERT(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, raw(bytes), bytes.size()) == 1);
  return signature;
}

bool verify(std::string_view public_key, std::string_view bytes, std::string_view signature) {
  if (public_key.size() != kKeyBytes || signature.size() != kSignatureBytes) return false;
  const Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(public_key), public_key.size()));
  const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  return key != nullptr && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(bytes), bytes.size()) == 1;
}

SigningKey make_key_files(const std::filesystem::path& file) {
  const Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  GALLOP_ASSERT(key != nullptr);
  auto beside = file;
  beside += ".pub";
  GALLOP_CHECK(!std::filesystem::exists(beside), IoError, "{}: exists already; keys are never overwritten", base::quote(beside));
  write_new(file, pem_of(key, true), 0600);
  write_new(beside, pem_of(key, false), 0644);
  return described(raw_public(key, file));
}

SigningKey describe_key_file(const std::filesystem::path& file) {
  const auto text = base::read_text(file, 1 << 16);
  const Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free_all);
  Key key(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
  if (key == nullptr) key = read_private_key(file);
  return described(raw_public(key, file));
}

std::string keyid_of(std::string_view public_key) { return base::sha256_hex(public_key).substr(0, 16); }

std::string to_base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), raw(bytes), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::string from_base64(std::string_view text) {
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  const int size =
      text.size() % 4 != 0 ? -1 : EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), raw(text), static_cast<int>(text.size()));
  GALLOP_CHECK(size >= 0, FormatError, "base64: the text is not valid");
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  bytes.resize(static_cast<std::size_t>(size) - std::min(padding, static_cast<std::size_t>(size)));
  GALLOP_CHECK(to_base64(bytes) == text, FormatError, "base64: the text is not in its one valid form");
  return bytes;
}

}  // namespace gallop::benchmark
