// Reading a ledger: rows with their digests checked, also where nothing may be written.
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "base/check.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/names.h"
#include "benchmark/ledger.h"
#include "benchmark/suite_files.h"

namespace gallop::benchmark {
namespace {

namespace fs = std::filesystem;

ErrorKind kind_named(const std::string& name) {
  for (int k = 0; k <= static_cast<int>(ErrorKind::internal_error); ++k)
    if (name_of(static_cast<ErrorKind>(k)) == name) return static_cast<ErrorKind>(k);
  return ErrorKind::internal_error;
}

// A folder of its own for the copy of a ledger whose folder cannot be written (the log needs a writable neighbour).
fs::path copied(const fs::path& run) {
  auto pattern = (fs::temp_directory_path() / "gallop-ledger-XXXXXX").string();
  GALLOP_CHECK(::mkdtemp(pattern.data()) != nullptr, IoError, "{}: the ledger cannot be read in place, and no temporary folder can be made",
               base::quote(run));
  const auto file = ledger_file(run);
  std::error_code error;
  fs::copy_file(file, fs::path(pattern) / "ledger.sqlite", error);
  GALLOP_CHECK(!error, IoError, "{}: cannot be read: {}", base::quote(file), error.message());
  if (const auto log = file.string() + "-wal"; fs::exists(log)) fs::copy_file(log, fs::path(pattern) / "ledger.sqlite-wal", error);
  GALLOP_CHECK(!error, IoError, "{}: cannot be read: {}", base::quote(file), error.message());
  return pattern;
}

// Columns from `payload`: payload, clip, dimension, settings, digest; from `kind`: kind, message, clip, dimension.
LedgerEntry entry_of(const Statement& row, int key, int payload, int kind) {
  LedgerEntry entry{.key = row.text(key)};
  if (!row.is_null(payload)) {
    entry.clip_sha256 = row.text(payload + 1);
    entry.dimension = row.text(payload + 2);
    entry.payload = row.text(payload);
    GALLOP_CHECK(digest_of(entry, row.text(payload + 3)) == row.text(payload + 4), FormatError,
                 "ledger: the result {} of {} was altered after it was stored; move the ledger away and run again", entry.key,
                 entry.dimension);
  } else if (!row.is_null(kind)) {
    entry.clip_sha256 = row.text(kind + 2);
    entry.dimension = row.text(kind + 3);
    entry.problem = Problem{entry.dimension, kind_named(row.text(kind)), row.text(kind + 1)};
  }
  return entry;
}

}  // namespace

Ledger Ledger::open_read(const fs::path& run) {
  const auto file = ledger_file(run);
  GALLOP_CHECK(fs::is_regular_file(file), NotFound, "{}: holds no ledger.sqlite; name the folder of a run", base::quote(run));
  try {
    Database database(file, Database::Mode::read);
    check_ledger(database, file);
    Ledger ledger(std::move(database));
    GALLOP_CHECK(!ledger.meta("suite").empty(), FormatError, "{}: the ledger holds no plan yet", base::quote(file));
    return ledger;
  } catch (const IoError&) {
    const auto scratch = copied(run);
    Database database(ledger_file(scratch), Database::Mode::write);
    check_ledger(database, file);
    Ledger ledger(std::move(database));
    GALLOP_CHECK(!ledger.meta("suite").empty(), FormatError, "{}: the ledger holds no plan yet", base::quote(file));
    fs::remove_all(scratch);  // open files stay readable; nothing is left behind
    return ledger;
  }
}

Suite Ledger::suite() const { return suite_from_json(base::parse_json(meta("suite"), "ledger suite")); }
fs::path Ledger::videos() const { return meta("videos"); }

std::optional<LedgerEntry> Ledger::find(const std::string& key) const {
  auto& row = prepared(R"(SELECT ?1, r.payload, r.clip, r.dimension, r.settings, r.digest, p.kind, p.message, p.clip, p.dimension
    FROM (SELECT 1) LEFT JOIN results r ON r.key=?1 LEFT JOIN problems p ON p.key=?1)");
  row.bind(1, key);
  const Statement::Rewind rewind(row);
  if (!row.step() || (row.is_null(1) && row.is_null(6))) return std::nullopt;
  return entry_of(row, 0, 1, 6);
}

std::map<std::string, std::string> Ledger::all_settings() const {
  std::map<std::string, std::string> texts;
  Statement row(*database_, "SELECT sha256, text FROM settings");
  while (row.step()) {
    const auto& text = texts[row.text(0)] = row.text(1);
    GALLOP_CHECK(base::sha256_hex(text) == row.text(0), FormatError,
                 "ledger: the settings {} were altered after they were stored; move the ledger away and run again", row.text(0));
  }
  return texts;
}

std::vector<LedgerItem> Ledger::items() const {
  const auto settings = all_settings();
  Statement row(*database_, R"(SELECT i.key, r.payload, r.clip, r.dimension, r.settings, r.digest, p.kind, p.message, p.clip, p.dimension,
    i.dimension, i.record, i.sample, i.clip, i.state, i.kind, i.message, i.reader
    FROM items i LEFT JOIN results r ON r.key=i.key LEFT JOIN problems p ON p.key=i.key ORDER BY i.dimension, i.record, i.sample)");
  std::vector<LedgerItem> items;
  while (row.step()) {
    LedgerItem stored{.entry = entry_of(row, 0, 1, 6), .kind = row.text(15), .message = row.text(16)};
    if (!row.is_null(4)) {
      const auto found = settings.find(row.text(4));
      GALLOP_CHECK(found != settings.end(), FormatError,
                   "ledger: the settings of a result of {} are lost; move the ledger away and run again", stored.entry.dimension);
      stored.entry.settings = found->second;
    }
    stored.item = {.dimension = row.text(10),
                   .clip = row.text(13),
                   .record = static_cast<std::size_t>(row.number(11)),
                   .sample = static_cast<int>(row.number(12))};
    const auto state = row.text(14);
    stored.item.state = state == "missing"              ? RowState::missing
                        : state == "problem"            ? RowState::problem
                        : !stored.entry.payload.empty() ? RowState::scored
                        : stored.entry.problem          ? RowState::problem
                                                        : RowState::pending;
    stored.key = row.text(0);
    stored.reader = row.text(17);
    if (state == "problem") stored.entry.problem = Problem{stored.item.dimension, kind_named(stored.kind), stored.message};
    items.push_back(std::move(stored));
  }
  return items;
}

std::vector<HashedFile> Ledger::hashes() const {
  std::vector<HashedFile> files;
  Statement row(*database_, "SELECT device, inode, size, modified, changed, sha256 FROM files");
  while (row.step()) files.push_back({{row.number(0), row.number(1), row.number(2), row.number(3), row.number(4)}, row.text(5)});
  return files;
}

}  // namespace gallop::benchmark
