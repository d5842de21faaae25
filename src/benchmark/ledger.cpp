#include "benchmark/ledger.h"

#include <array>

#include "base/check.h"
#include "base/hash.h"
#include "base/names.h"
#include "benchmark/canonical_json.h"
#include "benchmark/suite_files.h"

namespace gallop::benchmark {
namespace {

constexpr std::int64_t kApplication = 0x676c6f70;  // "glop"
constexpr std::int64_t kVersion = 2;

constexpr const char* kTables = R"(
CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS results(key TEXT PRIMARY KEY, clip TEXT NOT NULL, dimension TEXT NOT NULL, payload TEXT NOT NULL, settings TEXT NOT NULL, digest TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS settings(sha256 TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS problems(key TEXT PRIMARY KEY, clip TEXT NOT NULL, dimension TEXT NOT NULL, kind TEXT NOT NULL, message TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS items(dimension TEXT NOT NULL, record INTEGER NOT NULL, sample INTEGER NOT NULL, clip TEXT NOT NULL, state TEXT NOT NULL,
  kind TEXT NOT NULL DEFAULT '', message TEXT NOT NULL DEFAULT '', key TEXT NOT NULL DEFAULT '', reader TEXT NOT NULL DEFAULT '',
  PRIMARY KEY(dimension, record, sample)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files(device INTEGER, inode INTEGER, size INTEGER, modified INTEGER, changed INTEGER, sha256 TEXT NOT NULL, PRIMARY KEY(device, inode)) WITHOUT ROWID;
)";

std::int64_t number_from(const Database& database, const char* sql) {
  Statement statement(database, sql);
  return statement.step() ? statement.number(0) : 0;
}

}  // namespace

std::string digest_of(const LedgerEntry& entry, const std::string& settings_sha256) {
  const auto text = entry.key + "\n" + entry.clip_sha256 + "\n" + entry.dimension + "\n" + settings_sha256 + "\n" + entry.payload;
  return base::sha256_hex(text);
}

std::filesystem::path ledger_file(const std::filesystem::path& run) { return run / "ledger.sqlite"; }

bool lies_in_clip(ErrorKind kind) noexcept {
  return kind == ErrorKind::media_error || kind == ErrorKind::format_error || kind == ErrorKind::invalid_argument ||
         kind == ErrorKind::unsupported;
}

void check_ledger(const Database& database, const std::filesystem::path& file) {
  const auto version = number_from(database, "PRAGMA user_version");
  GALLOP_CHECK(number_from(database, "PRAGMA application_id") == kApplication, FormatError,
               "{}: is no ledger of a run; move it away and run again", base::quote(file));
  GALLOP_CHECK(version == kVersion, FormatError, "{}: ledger version {}, this build reads {}; use the version that wrote it",
               base::quote(file), version, kVersion);
  // Without a log beside it the file holds whole pages; with one a cut page may still be mended from there.
  std::error_code error;
  const auto log = std::filesystem::file_size(file.string() + "-wal", error);
  const bool logged = !error && log > 0;
  const auto size = std::filesystem::file_size(file, error);
  const auto page = number_from(database, "PRAGMA page_size");
  GALLOP_CHECK(logged || error || page <= 0 || size % static_cast<std::uintmax_t>(page) == 0, FormatError,
               "{}: the ledger is cut short ({} bytes, pages of {}); move it away and run again", base::quote(file), size, page);
  Statement check(database, "PRAGMA quick_check(1)");
  const auto said = check.step() ? check.text(0) : std::string("no answer");
  GALLOP_CHECK(said == "ok", FormatError, "{}: the ledger is damaged ({}); move it away and run again", base::quote(file), said);
}

Ledger Ledger::open(const std::filesystem::path& run) {
  const auto file = ledger_file(run);
  Database database(file, Database::Mode::write);
  // A run is killed, not the machine: the log survives in the page cache, and a power cut loses the last rows, never the file.
  database.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;");
  if (number_from(database, "SELECT count(*) FROM sqlite_schema") == 0) {
    Transaction transaction(database);
    database.exec(kTables);
    database.exec(fmt::format("PRAGMA application_id={}; PRAGMA user_version={};", kApplication, kVersion).c_str());
    transaction.commit();
  }
  check_ledger(database, file);
  return Ledger(std::move(database));
}

Statement& Ledger::prepared(const char* sql) const {
  const auto found = prepared_.find(sql);
  return found != prepared_.end() ? found->second : prepared_.try_emplace(sql, *database_, sql).first->second;
}

void Ledger::set_meta(const char* key, std::string_view value) {
  Statement(*database_, "INSERT INTO meta VALUES(?1, ?2) ON CONFLICT(key) DO UPDATE SET value=excluded.value")
      .bind(1, std::string_view(key))
      .bind(2, value)
      .run();
}

std::string Ledger::meta(const char* key) const {
  Statement statement(*database_, "SELECT value FROM meta WHERE key=?1");
  statement.bind(1, std::string_view(key));
  return statement.step() ? statement.text(0) : "";
}

void Ledger::plan(const Suite& suite, const std::filesystem::path& videos, const WorkList& list) {
  const auto json = canonical(suite_to_json(suite));
  const auto before = meta("suite");
  GALLOP_CHECK(before.empty() || before == json, FormatError,
               "run: this folder belongs to the suite {} ({}); choose another run folder for {} ({})", this->suite().name,
               this->suite().sha256, suite.name, suite.sha256);
  Transaction transaction(*database_);
  if (before.empty()) set_meta("suite", json);
  set_meta("videos", videos.string());
  // What was judged stays pointed at while the clip keeps its name; whether it still is the same clip is seen when it is read.
  Statement insert(*database_,
                   R"(INSERT INTO items(dimension, record, sample, clip, state, kind, message) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)
    ON CONFLICT(dimension, record, sample) DO UPDATE SET key=CASE WHEN clip=excluded.clip AND excluded.state='pending' THEN key ELSE '' END,
    clip=excluded.clip, state=excluded.state, kind=excluded.kind, message=excluded.message)");
  for (const auto& item : list.items) {
    const bool bad = item.state == RowState::problem;
    insert.bind(1, item.dimension)
        .bind(2, static_cast<std::int64_t>(item.record))
        .bind(3, static_cast<std::int64_t>(item.sample))
        .bind(4, item.clip)
        .bind(5, name_of(item.state));
    insert.bind(6, bad ? name_of(ErrorKind::media_error) : "")
        .bind(7, bad ? fmt::format("{}: {}", base::quote(item.clip), item.reason) : "")
        .run();
  }
  transaction.commit();
}

void Ledger::insert_settings(const std::string& text, const std::string& sha256) {
  if (!settings_.emplace(sha256, text).second) return;
  prepared("INSERT OR IGNORE INTO settings VALUES(?1, ?2)").bind(1, sha256).bind(2, text).run();
}

void Ledger::insert_entry(const LedgerEntry& entry) {
  if (entry.problem) {
    prepared("INSERT INTO problems VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(key) DO UPDATE SET kind=excluded.kind, message=excluded.message")
        .bind(1, entry.key)
        .bind(2, entry.clip_sha256)
        .bind(3, entry.dimension)
        .bind(4, name_of(entry.problem->kind))
        .bind(5, entry.problem->message)
        .run();
    return;
  }
  const auto settings = base::sha256_hex(entry.settings);
  insert_settings(entry.settings, settings);
  // The first result of a content stays: whoever computed it a second time changes nothing.
  prepared("INSERT OR IGNORE INTO results VALUES(?1, ?2, ?3, ?4, ?5, ?6)")
      .bind(1, entry.key)
      .bind(2, entry.clip_sha256)
      .bind(3, entry.dimension)
      .bind(4, entry.payload)
      .bind(5, settings)
      .bind(6, digest_of(entry, settings))
      .run();
  prepared("DELETE FROM problems WHERE key=?1").bind(1, entry.key).run();
}

void Ledger::store(const WorkUnit& unit, const LedgerEntry& entry, const std::vector<HashedFile>& hashed) {
  Transaction transaction(*database_);
  for (const auto& [stamp, sha256] : hashed)
    prepared("INSERT OR REPLACE INTO files VALUES(?1, ?2, ?3, ?4, ?5, ?6)")
        .bind(1, stamp.device)
        .bind(2, stamp.inode)
        .bind(3, stamp.size)
        .bind(4, stamp.modified)
        .bind(5, stamp.changed)
        .bind(6, sha256)
        .run();
  if (!entry.key.empty()) insert_entry(entry);
  const bool bad = entry.key.empty() && entry.problem;
  prepared("UPDATE items SET key=?4, reader=?5, state=?6, kind=?7, message=?8 WHERE dimension=?1 AND record=?2 AND sample=?3")
      .bind(1, entry.dimension)
      .bind(2, static_cast<std::int64_t>(unit.record))
      .bind(3, static_cast<std::int64_t>(unit.sample))
      .bind(4, entry.key)
      .bind(5, entry.reader)
      .bind(6, bad ? "problem" : "pending")
      .bind(7, bad ? name_of(entry.problem->kind) : "")
      .bind(8, bad ? entry.problem->message : "")
      .run();
  transaction.commit();
}

void Ledger::adopt(const WorkUnit& unit, const std::string& dimension, const std::string& key, const std::string& reader) {
  prepared("UPDATE items SET key=?4, reader=?5 WHERE dimension=?1 AND record=?2 AND sample=?3")
      .bind(1, dimension)
      .bind(2, static_cast<std::int64_t>(unit.record))
      .bind(3, static_cast<std::int64_t>(unit.sample))
      .bind(4, key)
      .bind(5, reader)
      .run();
}

void Ledger::insert_item(const LedgerItem& stored) {
  const auto& item = stored.item;
  // "scored" is never written: whether a key has a result is looked up.
  const auto state =
      item.state == RowState::missing || (item.state == RowState::problem && stored.key.empty()) ? item.state : RowState::pending;
  prepared("INSERT INTO items VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
      .bind(1, item.dimension)
      .bind(2, static_cast<std::int64_t>(item.record))
      .bind(3, static_cast<std::int64_t>(item.sample))
      .bind(4, item.clip)
      .bind(5, name_of(state))
      .bind(6, stored.kind)
      .bind(7, stored.message)
      .bind(8, stored.key)
      .bind(9, stored.reader)
      .run();
}

void Ledger::write_merged(const Suite& suite, const std::filesystem::path& videos, const std::vector<LedgerItem>& items) {
  Transaction transaction(*database_);
  GALLOP_CHECK(meta("suite").empty(), InvalidArgument, "merge: the target already holds a run; name a new folder");
  set_meta("suite", canonical(suite_to_json(suite)));
  set_meta("videos", videos.string());
  for (const auto& stored : items) {
    if (!stored.entry.key.empty()) insert_entry(stored.entry);
    insert_item(stored);
  }
  transaction.commit();
}

}  // namespace gallop::benchmark
