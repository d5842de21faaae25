#include <doctest/doctest.h>

#include <fstream>

#include "base/files.h"
#include "benchmark/ledger.h"
#include "benchmark/run_lock.h"
#include "gallop/error.h"
#include "support/shared_data.h"

using namespace gallop;
using namespace gallop::benchmark;

namespace {

Suite small_suite() {
  Suite suite{.name = "own", .sha256 = "0", .samples = 1};
  suite.records = {{.prompt = "a", .dimensions = {"sharpness"}}, {.prompt = "b", .dimensions = {"sharpness"}}};
  return suite;
}

WorkList small_list() {
  WorkList list;
  list.dimensions = {"sharpness"};
  list.items = {{.dimension = "sharpness", .clip = "a-0.mp4", .record = 0}, {.dimension = "sharpness", .clip = "b-0.mp4", .record = 1}};
  return list;
}

const WorkUnit kUnit{.record = 0, .sample = 0, .clip = "a-0.mp4", .dimensions = {"sharpness"}};
const LedgerEntry kEntry{.key = "k",
                         .clip_sha256 = "c",
                         .dimension = "sharpness",
                         .payload = R"({"details":{},"flags":[],"parts":[],"value":0.5})",
                         .reader = "native",
                         .settings = R"({"dimension":"sharpness","evaluator":3})"};

std::filesystem::path made(const test::ScratchFolder& folder) {
  auto ledger = Ledger::open(folder.path());
  ledger.plan(small_suite(), "videos", small_list());
  ledger.store(kUnit, kEntry, {{{1, 2, 3, 4, 5}, "abc"}});
  return ledger_file(folder.path());
}

}  // namespace

TEST_CASE("ledger: what was stored is there after reopening") {
  const test::ScratchFolder folder;
  made(folder);
  for (const bool writing : {true, false}) {
    const auto ledger = writing ? Ledger::open(folder.path()) : Ledger::open_read(folder.path());
    const auto items = ledger.items();
    REQUIRE(items.size() == 2);
    CHECK(items[0].item.state == RowState::scored);
    CHECK(items[0].reader == "native");
    CHECK(items[1].item.state == RowState::pending);
    CHECK(ledger.find("k")->payload == kEntry.payload);
    CHECK_FALSE(ledger.find("other").has_value());
    CHECK(ledger.suite().records.size() == 2);
    REQUIRE(ledger.hashes().size() == 1);
    CHECK(ledger.hashes()[0].stamp.changed == 5);
  }
}

TEST_CASE("ledger: the first result of a content stays, a problem gives way to a result") {
  const test::ScratchFolder folder;
  made(folder);
  auto ledger = Ledger::open(folder.path());
  auto other = kEntry;
  other.payload = R"({"details":{},"flags":[],"parts":[],"value":0.75})";
  ledger.store(kUnit, other, {});
  CHECK(ledger.find("k")->payload == kEntry.payload);
  LedgerEntry problem{
      .key = "p", .clip_sha256 = "c", .dimension = "sharpness", .problem = Problem{"sharpness", ErrorKind::media_error, "broken"}};
  ledger.store(kUnit, problem, {});
  CHECK(ledger.items()[0].item.state == RowState::problem);
  CHECK(ledger.items()[0].entry.problem->message == "broken");
  auto mended = kEntry;
  mended.key = "p";
  ledger.store(kUnit, mended, {});
  CHECK(ledger.items()[0].item.state == RowState::scored);
}

TEST_CASE("ledger: planning anew keeps what is pointed at while the clip keeps its name") {
  const test::ScratchFolder folder;
  made(folder);
  auto ledger = Ledger::open(folder.path());
  ledger.plan(small_suite(), "videos", small_list());
  CHECK(ledger.items()[0].item.state == RowState::scored);
  auto moved = small_list();
  moved.items[0].clip = "a-0.mkv";
  moved.items[1].state = RowState::missing;
  ledger.plan(small_suite(), "videos", moved);
  CHECK(ledger.items()[0].item.state == RowState::pending);
  CHECK(ledger.items()[1].item.state == RowState::missing);
  auto other = small_suite();
  other.records.pop_back();
  CHECK_THROWS_AS(ledger.plan(other, "videos", small_list()), FormatError);
}

TEST_CASE("ledger: damage is found before a row is believed") {
  const test::ScratchFolder folder;
  const auto file = made(folder);
  const auto bytes = base::read_text(file);
  for (const std::size_t keep : {std::size_t{0}, std::size_t{50}, bytes.size() / 2, bytes.size() - 1}) {
    const test::ScratchFolder copy;
    std::ofstream(copy / "ledger.sqlite", std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(keep));
    CAPTURE(keep);
    CHECK_THROWS_AS(Ledger::open_read(copy.path()).items(), FormatError);
  }
  const test::ScratchFolder copy;
  std::ofstream(copy / "ledger.sqlite") << "no database at all, just text that is long enough to be looked at ...";
  CHECK_THROWS_AS(Ledger::open(copy.path()), FormatError);
  const test::ScratchFolder foreign;
  Database(foreign / "ledger.sqlite", Database::Mode::write).exec("CREATE TABLE t(x)");
  CHECK_THROWS_AS(Ledger::open(foreign.path()), FormatError);
}

TEST_CASE("ledger: a row altered afterwards is refused") {
  const test::ScratchFolder folder;
  const auto file = made(folder);
  Database(file, Database::Mode::write).exec("UPDATE results SET payload=replace(payload, '0.5', '0.9')");
  CHECK_THROWS_AS(Ledger::open_read(folder.path()).items(), FormatError);
}

TEST_CASE("ledger: what judged a result is kept once, and cannot be exchanged") {
  const test::ScratchFolder folder;
  const auto file = made(folder);
  CHECK(Ledger::open_read(folder.path()).items()[0].entry.settings == kEntry.settings);
  CHECK(Ledger::open_read(folder.path()).all_settings().size() == 1);
  for (const char* change :
       {"UPDATE settings SET text=replace(text, '3', '4')", "DELETE FROM settings", "UPDATE results SET settings='0'"}) {
    CAPTURE(change);
    const test::ScratchFolder copy;
    std::filesystem::copy_file(file, copy / "ledger.sqlite");
    Database(copy / "ledger.sqlite", Database::Mode::write).exec(change);
    CHECK_THROWS_AS(Ledger::open_read(copy.path()).items(), FormatError);
  }
}

TEST_CASE("run lock: one holder at a time, given up with the object") {
  const test::ScratchFolder folder;
  {
    const RunLock lock(folder / "run");
    CHECK_THROWS_AS(RunLock(folder / "run"), IoError);
  }
  const RunLock again(folder / "run");
  CHECK_THROWS_AS(RunLock(""), InvalidArgument);
}
