// The ledger of a run: an SQLite file that survives being killed at any moment.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "benchmark/file_hashes.h"
#include "benchmark/sqlite.h"
#include "benchmark/work_list.h"

namespace gallop::benchmark {

struct LedgerItem {
  Item item = {};
  std::string key = {}, reader = {};    // empty: never judged
  LedgerEntry entry = {};               // filled when the key has a result or a problem
  std::string kind = {}, message = {};  // of a problem without a key
};

// Used by one thread at a time. A row is written whole in one transaction or not at all.
class Ledger {
 public:
  // Opens or makes `run`/ledger.sqlite. FormatError: damaged, not a ledger, of a newer version.
  static Ledger open(const std::filesystem::path& run);
  // Also beside a writer, in a folder without permission to write, and after a crash.
  static Ledger open_read(const std::filesystem::path& run);

  // Writes what is planned. FormatError when the run belongs to another suite.
  void plan(const Suite& suite, const std::filesystem::path& videos, const WorkList& list);
  Suite suite() const;
  std::filesystem::path videos() const;
  std::vector<LedgerItem> items() const;
  std::map<std::string, std::string> all_settings() const;  // SHA-256 -> ScorerFacts as canonical JSON

  std::optional<LedgerEntry> find(const std::string& key) const;
  // The outcome of one dimension of a unit, with the hashes of files computed meanwhile.
  void store(const WorkUnit& unit, const LedgerEntry& entry, const std::vector<HashedFile>& hashed);
  // The dimension had this content already: points its item there.
  void adopt(const WorkUnit& unit, const std::string& dimension, const std::string& key, const std::string& reader);
  void write_merged(const Suite& suite, const std::filesystem::path& videos, const std::vector<LedgerItem>& items);
  std::vector<HashedFile> hashes() const;

 private:
  explicit Ledger(Database database) : database_(std::make_unique<Database>(std::move(database))) {}
  Statement& prepared(const char* sql) const;  // `sql` is a literal: kept for the ledger's life
  void set_meta(const char* key, std::string_view value);
  std::string meta(const char* key) const;
  void insert_settings(const std::string& text, const std::string& sha256);
  void insert_entry(const LedgerEntry& entry);
  void insert_item(const LedgerItem& item);

  std::unique_ptr<Database> database_;
  mutable std::map<std::string_view, Statement> prepared_;
  std::map<std::string, std::string> settings_;  // SHA-256 -> text, of those this object wrote
};

// Over everything a stored result says; kept beside it.
std::string digest_of(const LedgerEntry& entry, const std::string& settings_sha256);
// Kind, version and wholeness: a file that is cut short or overwritten shows here, before a row of it is believed. FormatError.
void check_ledger(const Database& database, const std::filesystem::path& file);
std::filesystem::path ledger_file(const std::filesystem::path& run);
// Problems that lie in the clip or the request stay; those of the machine or the set-up are tried again.
bool lies_in_clip(ErrorKind kind) noexcept;

}  // namespace gallop::benchmark
