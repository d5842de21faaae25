// Vote files: exact outcome mapping, line numbers in errors, published ratings, hostile input.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

#include "boards.h"
#include "gallop/error.h"
#include "support/shared_data.h"

using namespace gallop;
using gallop::test::shared_file;

namespace {

void refused(std::string_view text, const char* part, VoteFormat format = VoteFormat::automatic) {
  CAPTURE(text);
  CHECK_THROWS_WITH_AS(parse_votes(text, "votes", {.format = format}), doctest::Contains(part), FormatError);
}

std::map<std::string, double> golden(const std::string& file, const std::string& algorithm) {
  std::map<std::string, double> scores;
  const auto path = shared_file(file);
  if (!path) return scores;
  std::ifstream in(*path);
  for (std::string line; std::getline(in, line);) {
    const auto first = line.find(','), last = line.rfind(',');
    if (line.substr(0, first) == algorithm) scores[line.substr(first + 1, last - first - 1)] = std::stod(line.substr(last + 1));
  }
  return scores;
}

// Names in the goldens are quoted where they hold commas; strips that.
std::string plain(std::string name) {
  if (name.size() > 1 && name.front() == '"') name = name.substr(1, name.size() - 2);
  return name;
}

}  // namespace

TEST_CASE("every public spelling has its outcome and nothing else has") {
  CHECK(parse_outcome("model_a") == Outcome::left);
  CHECK(parse_outcome("rightvote") == Outcome::right);
  CHECK(parse_outcome("tie (bothbad)") == Outcome::both_bad);
  CHECK(parse_outcome("BOTH_BAD") == Outcome::both_bad);
  CHECK(parse_outcome("same") == Outcome::tie);
  CHECK(parse_outcome("skip") == Outcome::skip);
  for (const auto* wrong : {"MODEL_A", "Left", " left", "tie ", "", "a", "draw"}) CHECK(!parse_outcome(wrong));
}

TEST_CASE("CSV: quotes, CRLF, byte order mark, blank lines, self pairs, no final newline") {
  const auto table = parse_votes(
      "\xEF\xBB\xBFmodel_a,model_b,winner\r\nalpha,\"quo\"\"ted, name\",model_a\r\n\r\nalpha,alpha,tie\r\n\"two\nlines\",alpha,tie "
      "(bothbad)",
      "votes");
  CHECK(table.models == std::vector<std::string>{"alpha", "quo\"ted, name", "two\nlines"});
  CHECK(table.left == std::vector<std::uint32_t>{0, 2});
  CHECK(table.right == std::vector<std::uint32_t>{1, 0});
  CHECK(table.outcome == std::vector<std::uint8_t>{0, 3});
  CHECK(table.self_pairs == 1);
}

TEST_CASE("CSV: errors name the line") {
  refused("left,right,winner\na,b,left\na,b,MODEL_A\n", "votes:3: unknown outcome \"MODEL_A\"");
  refused("left,right,winner\n,b,left\n", "votes:2: the left model is empty");
  refused("left,right,winner\na,b\n", "votes:2: 2 fields, expected 3");
  refused("left,right,winner\n\"a,b,left\n", "votes:2: a quoted field never ends");
  refused("left,right,winner\n\"a\"x,b,left\n", "votes:2: text after a closing quote");
  refused("left,right,winner\n\"a\nb\",c,left\na,b,oops\n", "votes:4: unknown outcome");
  refused("one,two,three\n", "no column for the left model");
  refused("", "empty", VoteFormat::csv);
}

TEST_CASE("NDJSON and JSON arrays say the same; errors name the line") {
  const auto lines = parse_votes(
      "{\"model_a\":\"x\",\"model_b\":\"y\",\"winner\":\"model_b\",\"judge\":\"j1\",\"tstamp\":1.5}\n\n{\"model_a\":\"y\",\"model_b\":"
      "\"x\",\"winner\":\"tie\",\"judge\":\"j2\",\"tstamp\":2}\n",
      "votes");
  const auto array = parse_votes(
      "[{\"model_a\":\"x\",\"model_b\":\"y\",\"winner\":\"model_b\",\"judge\":\"j1\",\"tstamp\":1.5},\n "
      "{\"model_a\":\"y\",\"model_b\":\"x\",\"winner\":\"tie\",\"judge\":\"j2\",\"tstamp\":2}]",
      "votes");
  CHECK(lines.outcome == std::vector<std::uint8_t>{1, 2});
  CHECK(lines.voters == std::vector<std::string>{"j1", "j2"});
  CHECK(lines.time == std::vector<double>{1.5, 2});
  CHECK(array.left == lines.left);
  CHECK(array.outcome == lines.outcome);
  CHECK(array.voter == lines.voter);
  refused("[{\"left\":\"a\",\"right\":\"b\",\"winner\":\"left\"},\n{\"left\":\"a\",\"right\":\"b\",\"winner\":\"no\"}]",
          "votes:2: unknown outcome \"no\"");
  refused("{\"left\":\"a\",\"right\":\"b\",\"winner\":\"left\"}\n{\"left\":\"a\"}", "votes:2: no field \"right\"");
  refused("[{\"left\":\"a\",\"right\":\"b\",\"winner\":\"left\"}", "never ends");
  refused("[1]", "expected an object");
  refused("[,]", "empty element");
  CHECK(parse_votes("[]", "votes").left.empty());
}

TEST_CASE("native columns of a voting server: clips, lengths, control pairs, flags, rows without a number") {
  const std::string csv =
      "left_model,right_model,outcome,left_sha256,right_sha256,duration_left_s,duration_right_s,decision_s,propensity,control,flags\n"
      "a,b,left,c1,c2,5,4.5,2.5,0.25,,\n"
      "good,bad,left,c3,c1,5,5,,,left,leaked\n"
      "b,a,skip,c2,c1,4.5,5,,0.5,,failed_media leaked\n";
  const std::string ndjson =
      R"({"left_model":"a","right_model":"b","outcome":"left","left_sha256":"c1","right_sha256":"c2","duration_left_s":5,"duration_right_s":4.5,"decision_s":2.5,"propensity":0.25,"control":null,"flags":""})"
      "\n"
      R"({"left_model":"good","right_model":"bad","outcome":"left","left_sha256":"c3","right_sha256":"c1","duration_left_s":5,"duration_right_s":5,"decision_s":null,"propensity":null,"control":"left","flags":"leaked"})"
      "\n"
      R"({"left_model":"b","right_model":"a","outcome":"skip","left_sha256":"c2","right_sha256":"c1","duration_left_s":4.5,"duration_right_s":5,"decision_s":null,"propensity":0.5,"control":null,"flags":"failed_media leaked"})"
      "\n";
  for (const auto& text : {csv, ndjson}) {
    const auto table = parse_votes(text, "votes");
    CHECK(table.clips == std::vector<std::string>{"c1", "c2", "c3"});
    CHECK(table.clip_left == std::vector<std::uint32_t>{0, 2, 1});
    CHECK(table.clip_right == std::vector<std::uint32_t>{1, 0, 0});
    CHECK(table.duration_right == std::vector<double>{4.5, 5, 5});
    CHECK(table.control == std::vector<std::uint8_t>{255, 0, 255});
    CHECK(table.leaked == std::vector<std::uint8_t>{0, 1, 1});
    CHECK(table.failed_media == std::vector<std::uint8_t>{0, 0, 1});
    REQUIRE(table.propensity.size() == 3);
    CHECK((table.propensity[0] == 0.25 && std::isnan(table.propensity[1]) && std::isnan(table.decision_seconds[1])));
  }
  refused("left,right,outcome,control\na,b,left,perhaps\n", "votes:2: control is \"perhaps\"");
  CHECK(parse_votes("left,right,outcome,propensity\na,b,left,\n", "votes").propensity.empty());
}

TEST_CASE("the hostile sample file is refused at its first bad line") {
  const auto file = shared_file("data/votes/broken/odd_votes.csv");
  if (!file) return;
  CHECK_THROWS_WITH_AS(read_votes(*file), doctest::Contains("odd_votes.csv:6: unknown outcome \"MODEL_A\""), FormatError);
}

TEST_CASE("published Elo and Bradley-Terry ratings") {
  for (const std::string name : {"simple", "food", "llmfao"}) {
    CAPTURE(name);
    const auto file = shared_file("data/votes/" + (name == "llmfao" ? std::string("llmfao_crowd_comparisons") : name) + ".csv");
    if (!file) return;
    const auto table = read_votes(*file, {.left = "left", .right = "right"});
    const auto elo = golden("data/votes/" + name + "_golden_ratings.csv", "elo"),
               bt = golden("data/votes/" + name + "_golden_ratings.csv", "bradley_terry");
    REQUIRE(bt.size() == table.models.size());
    const auto ours = online_elo(table.columns(), 4);
    const auto fitted = fit_ratings(table.columns());
    double sum = 0;
    std::vector<double> strength;
    for (const double rating : fitted.rating) sum += strength.emplace_back(std::exp((rating - 1000) / 173.71779276130073));
    for (const auto& [quoted, score] : bt) {
      const auto at = static_cast<std::size_t>(std::find(table.models.begin(), table.models.end(), plain(quoted)) - table.models.begin());
      REQUIRE(at < table.models.size());
      CAPTURE(quoted);
      CHECK(strength[at] / sum == doctest::Approx(score).epsilon(1e-5));
      CHECK(ours[at] == doctest::Approx(elo.at(quoted)).epsilon(1e-11));
    }
  }
}

TEST_CASE("GenAI-Arena: the recorded fit of the published counts") {
  const auto file = shared_file("data/votes/genai_arena_t2i_anony_counts.csv");
  const auto published = shared_file("data/votes/genai_arena_t2i_anony_published.csv");
  if (!file || !published) return;
  const auto fields = [](const std::string& line) {
    std::vector<std::string> parts;
    std::istringstream in(line);
    for (std::string part; std::getline(in, part, ',');) parts.push_back(part);
    return parts;
  };
  std::vector<std::string> names;
  gallop::test::VoteList votes;
  const auto index = [&](const std::string& name) {
    const auto at = std::find(names.begin(), names.end(), name) - names.begin();
    if (static_cast<std::size_t>(at) == names.size()) names.push_back(name);
    return static_cast<std::uint32_t>(at);
  };
  std::ifstream counts(*file);
  std::string line;
  std::getline(counts, line);
  while (std::getline(counts, line)) {
    const auto row = fields(line);
    const auto a = index(row[0]), b = index(row[1]);
    votes.add(a, b, Outcome::left, std::stoi(row[2]));
    votes.add(a, b, Outcome::right, std::stoi(row[3]));
  }
  votes.models = names.size();
  CHECK(votes.left.size() == 1068);
  const auto ratings = fit_ratings(votes.columns());
  std::ifstream rows(*published);
  std::getline(rows, line);
  while (std::getline(rows, line)) {
    const auto row = fields(line);
    CHECK(ratings.rating[index(row[0])] == doctest::Approx(std::stod(row[6])).epsilon(1e-8));
  }
}

TEST_CASE("mutated vote files are read or refused, never worse") {
  const auto repeated = [](const std::string& text, int times) {
    std::string all;
    for (int k = 0; k < times; ++k) all += text;
    return all;
  };
  const std::string record = "{\"left\":\"a\",\"right\":\"b\",\"winner\":\"left\"}",
                    other = "{\"left\":\"b\",\"right\":\"a\",\"winner\":\"tie\"}";
  const std::string seeds[] = {
      "left,right,winner,judge,tstamp\n" + repeated("\"a,1\",b,left,j,1\nb,c,tie,k,2\nc,\"a,1\",both_bad,j,3\n", 12),
      "[" + repeated(record + ",\n" + other + ",", 12) + record + "]", repeated(record + "\n" + other + "\n", 12)};
  const char* wanted = std::getenv("GALLOP_FUZZ_CASES");
  const int cases = wanted ? std::atoi(wanted) : 20000;
  std::mt19937 random(5);
  int read = 0, refusals = 0;
  for (int k = 0; k < cases; ++k) {
    std::string text = seeds[k % 3];
    for (unsigned edits = 1 + random() % 4; edits > 0 && !text.empty(); --edits) {
      const auto at = random() % text.size();
      switch (random() % 5) {
        case 0:
          text[at] = static_cast<char>(random());
          break;
        case 1:
          text.erase(at, 1 + random() % 8);
          break;
        case 2:
          text.insert(at, text.substr(random() % text.size(), random() % 12));
          break;
        case 3:
          text.insert(at, 1, ",\"\n\r{}[]\\\0"[random() % 10]);
          break;
        default:
          text.resize(at);
          break;
      }
    }
    try {
      const auto table = parse_votes(text, "votes");
      ++read;
      for (std::size_t v = 0; v < table.left.size(); ++v)
        REQUIRE((table.left[v] < table.models.size() && table.right[v] < table.models.size() && table.left[v] != table.right[v]));
      if (table.models.size() >= 2) fit_ratings(table.columns());
    } catch (const Error& error) {
      REQUIRE((error.kind() == ErrorKind::format_error || error.kind() == ErrorKind::invalid_argument));
      ++refusals;
    }
  }
  MESSAGE(cases, " mutated files: ", read, " read, ", refusals, " refused by the reader or the fit");
  CHECK(refusals > cases / 10);
}
