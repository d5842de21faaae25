#include "benchmark/sqlite.h"

#include <sqlite3.h>

#include "base/check.h"
#include "base/names.h"

namespace gallop::benchmark {

void Database::Close::operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }
void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }

Database::Database(std::filesystem::path file, Mode mode) : file_(std::move(file)) {
  const int flags = mode == Mode::read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(file_.c_str(), &opened, flags | SQLITE_OPEN_NOFOLLOW, nullptr);
  handle_.reset(opened);
  if (code != SQLITE_OK) fail(code, "opening");
  sqlite3_extended_result_codes(opened, 1);
  sqlite3_busy_timeout(opened, 10'000);
}
Database::Database(Database&&) noexcept = default;
Database::~Database() = default;

void Database::exec(const char* sql) {
  const int code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code, "writing");
}

void Database::fail(int code, std::string_view doing) const {
  const char* said = handle_ != nullptr ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code);
  const auto name = base::quote(file_);
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      throw FormatError(
          fmt::format("{}: {}: the ledger is damaged or no ledger ({}); move it away and run again, results of other runs can be merged",
                      name, doing, said));
    case SQLITE_FULL:
      throw IoError(fmt::format("{}: {}: the disk is full; everything stored so far is kept: free space and run again", name, doing));
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      throw IoError(fmt::format("{}: {}: the folder cannot be written ({}); choose another run folder", name, doing, said));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw IoError(fmt::format("{}: {}: another program holds the ledger ({}); wait for it or end it", name, doing, said));
    default:
      throw IoError(fmt::format("{}: {}: {}; check the folder, its permissions and free space", name, doing, said));
  }
}

Statement::Statement(const Database& database, const char* sql) : database_(database) {
  sqlite3_stmt* prepared = nullptr;
  const int code = sqlite3_prepare_v2(database.handle(), sql, -1, &prepared, nullptr);
  statement_.reset(prepared);
  if (code != SQLITE_OK) database.fail(code, "reading");
}

Statement& Statement::bind(int index, std::string_view text) {
  const int code = sqlite3_bind_text64(statement_.get(), index, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  if (code != SQLITE_OK) database_.fail(code, "binding");
  return *this;
}
Statement& Statement::bind(int index, std::int64_t number) {
  const int code = sqlite3_bind_int64(statement_.get(), index, number);
  if (code != SQLITE_OK) database_.fail(code, "binding");
  return *this;
}
Statement& Statement::bind_null(int index) {
  sqlite3_bind_null(statement_.get(), index);
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  database_.fail(code, sqlite3_stmt_readonly(statement_.get()) != 0 ? "reading" : "writing");
}
void Statement::run() {
  while (step()) {
  }
  reset();
}
void Statement::reset() noexcept { sqlite3_reset(statement_.get()); }

bool Statement::is_null(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }
std::string Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  return bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column)));
}
std::int64_t Statement::number(int column) const { return sqlite3_column_int64(statement_.get(), column); }

Transaction::Transaction(Database& database) : database_(database) { database_.exec("BEGIN IMMEDIATE"); }
Transaction::~Transaction() {
  if (open_) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}
void Transaction::commit() {
  database_.exec("COMMIT");
  open_ = false;
}

}  // namespace gallop::benchmark
