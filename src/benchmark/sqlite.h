// SQLite with owners and our errors.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace gallop::benchmark {

// Used by one thread at a time. Errors: IoError (full disk, no permission, locked), FormatError (no database, damaged).
class Database {
 public:
  enum class Mode { read, write };
  Database(std::filesystem::path file, Mode mode);
  Database(Database&&) noexcept;
  ~Database();
  void exec(const char* sql);
  sqlite3* handle() const noexcept { return handle_.get(); }
  // Throws what `code` means for this file.
  [[noreturn]] void fail(int code, std::string_view doing) const;

 private:
  struct Close {
    void operator()(sqlite3* database) const noexcept;
  };
  std::filesystem::path file_;
  std::unique_ptr<sqlite3, Close> handle_;
};

// A prepared statement. bind() counts from 1, column_*() from 0, as SQLite does.
class Statement {
 public:
  Statement(const Database& database, const char* sql);
  Statement& bind(int index, std::string_view text);
  Statement& bind(int index, std::int64_t number);
  Statement& bind_null(int index);
  bool step();  // true while there is a row
  void run();   // to the end, then ready for new values
  void reset() noexcept;
  bool is_null(int column) const;
  std::string text(int column) const;
  std::int64_t number(int column) const;

  // Resets a kept statement on leaving a scope: an unfinished SELECT would hold its snapshot of the file.
  class Rewind {
   public:
    explicit Rewind(Statement& statement) : statement_(statement) {}
    ~Rewind() { statement_.reset(); }
    Rewind(const Rewind&) = delete;
    Rewind& operator=(const Rewind&) = delete;

   private:
    Statement& statement_;
  };

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  const Database& database_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// Rolls back unless committed.
class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace gallop::benchmark
