#include "weights/pickle.h"

#include <cstring>
#include <unordered_map>

#include "base/check.h"
#include "base/names.h"
#include "weights/pickle_calls.h"

namespace gallop::weights {
namespace {

constexpr std::size_t kMostValues = 4'000'000;  // far above any checkpoint, far below exhausting memory
constexpr std::size_t kLongestName = 1024;      // of a class or function

// Bounded reading of the stream.
class Reader {
 public:
  Reader(std::span<const std::byte> bytes, const std::string& where) : bytes_(bytes), where_(where) {}
  std::span<const std::byte> take(std::uint64_t count) {
    GALLOP_CHECK(count <= bytes_.size() - at_, FormatError, "{}: ends in the middle of its description; it was cut short: copy it again",
                 where_);
    const auto view = bytes_.subspan(at_, static_cast<std::size_t>(count));
    at_ += static_cast<std::size_t>(count);
    return view;
  }
  std::uint64_t unsigned_number(int count) {
    const auto view = take(static_cast<std::uint64_t>(count));
    std::uint64_t value = 0;
    for (int i = count - 1; i >= 0; --i) value = value << 8 | static_cast<std::uint64_t>(view[static_cast<std::size_t>(i)]);
    return value;
  }
  std::string text(std::uint64_t count) {
    const auto view = take(count);
    return {reinterpret_cast<const char*>(view.data()), view.size()};
  }
  std::string line() {
    std::string out;
    while (true) {
      const char c = static_cast<char>(take(1)[0]);
      if (c == '\n') return out;
      out += c;
      GALLOP_CHECK(out.size() <= kLongestName, FormatError, "{}: a name is longer than {} bytes; refused", where_, kLongestName);
    }
  }
  std::size_t position() const { return at_; }

 private:
  std::span<const std::byte> bytes_;
  const std::string& where_;
  std::size_t at_ = 0;
};

class Machine {
 public:
  Machine(std::span<const std::byte> bytes, const std::string& where)
      : arena_(std::make_shared<PickleArena>(where)), where_(arena_->where()), reader_(bytes, where_) {}

  PickleResult run() {
    while (true) {
      const auto opcode = static_cast<unsigned char>(reader_.take(1)[0]);
      if (opcode == '.') {
        GALLOP_CHECK(stack_.size() == 1 && marks_.empty(), FormatError, "{}: its description ends with {} values, expected one", where_,
                     stack_.size());
        return {arena_, stack_.back(), reader_.position()};
      }
      if (!scalar(opcode) && !container(opcode) && !memo(opcode) && !object(opcode))
        throw FormatError(fmt::format("{}: pickle instruction 0x{:02x} is not one a tensor file needs; refused", where_, opcode));
    }
  }

 private:
  template <class T>
  PicklePtr make(T value) {
    return arena_->make(std::move(value));
  }
  void push(PicklePtr value) {
    arena_->charge(1);
    stack_.push_back(value);
  }
  PicklePtr pop() {
    GALLOP_CHECK(!stack_.empty() && (marks_.empty() || stack_.size() > marks_.back()), FormatError,
                 "{}: its description takes a value that is not there", where_);
    auto* value = stack_.back();
    stack_.pop_back();
    return value;
  }
  PicklePtr top() {
    GALLOP_CHECK(!stack_.empty(), FormatError, "{}: its description uses a value that is not there", where_);
    return stack_.back();
  }
  std::vector<PicklePtr> pop_to_mark() {
    GALLOP_CHECK(!marks_.empty() && marks_.back() <= stack_.size(), FormatError, "{}: its description closes a list that was not opened",
                 where_);
    const auto start = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<PicklePtr> items(start, stack_.end());
    stack_.erase(start, stack_.end());
    marks_.pop_back();
    return items;
  }
  void push_tuple(int count) {
    PickleList tuple;
    for (int i = 0; i < count; ++i) tuple.items.insert(tuple.items.begin(), pop());
    push(make(std::move(tuple)));
  }
  PickleList& list_at_top() {
    auto* list = std::get_if<PickleList>(&top()->data);
    GALLOP_CHECK(list != nullptr, FormatError, "{}: appends to something that is no list", where_);
    return *list;
  }
  void set_items(const std::vector<PicklePtr>& items) {
    auto* dict = std::get_if<PickleDict>(&top()->data);
    GALLOP_CHECK(dict != nullptr && items.size() % 2 == 0, FormatError, "{}: puts entries into something that is no dictionary", where_);
    for (std::size_t i = 0; i < items.size(); i += 2) dict->items.emplace_back(items[i], items[i + 1]);
  }

  // Numbers beyond 64 bits (the mark of the old stream format has ten bytes) stay bytes.
  PicklePtr long_number(std::uint64_t length) {
    if (length > 8) {
      GALLOP_CHECK(length <= 64, FormatError, "{}: a number of {} bytes is not one a tensor file holds", where_, length);
      return make(reader_.text(length));
    }
    const auto view = reader_.take(length);
    std::uint64_t value = 0;
    for (std::size_t i = view.size(); i-- > 0;) value = value << 8 | static_cast<std::uint64_t>(view[i]);
    if (view.size() < 8 && !view.empty() && (view.back() & std::byte{0x80}) != std::byte{0})
      value |= ~std::uint64_t{0} << (8 * view.size());
    return make(static_cast<std::int64_t>(value));
  }

  bool scalar(unsigned char opcode) {
    switch (opcode) {
      case 'N':
        push(make(PickleNone{}));
        return true;
      case 0x88:
        push(make(true));
        return true;
      case 0x89:
        push(make(false));
        return true;
      case 'K':
        push(make(static_cast<std::int64_t>(reader_.unsigned_number(1))));
        return true;
      case 'M':
        push(make(static_cast<std::int64_t>(reader_.unsigned_number(2))));
        return true;
      case 'J':
        push(make(static_cast<std::int64_t>(static_cast<std::int32_t>(reader_.unsigned_number(4)))));
        return true;
      case 0x8a:
        push(long_number(reader_.unsigned_number(1)));
        return true;
      case 'G':
        push(make(double_number()));
        return true;
      case 'X':
        push(make(reader_.text(reader_.unsigned_number(4))));
        return true;
      case 0x8c:
        push(make(reader_.text(reader_.unsigned_number(1))));
        return true;
      case 'U':
      case 'C':
        push(make(reader_.text(reader_.unsigned_number(1))));
        return true;
      case 'T':
      case 'B':
        push(make(reader_.text(reader_.unsigned_number(4))));
        return true;
      default:
        return false;
    }
  }
  double double_number() {
    std::uint64_t bits = 0;  // big-endian
    for (const auto byte : reader_.take(8)) bits = bits << 8 | static_cast<std::uint64_t>(byte);
    double value = 0.0;
    std::memcpy(&value, &bits, 8);
    return value;
  }

  bool container(unsigned char opcode) {
    switch (opcode) {
      case '(':
        arena_->charge(1);
        marks_.push_back(stack_.size());
        return true;
      case ')':
      case ']':
      case 0x8f:
        push(make(PickleList{}));
        return true;
      case '}':
        push(make(PickleDict{}));
        return true;
      case 't':
      case 'l':
        push(make(PickleList{pop_to_mark()}));
        return true;
      case 0x85:
        push_tuple(1);
        return true;
      case 0x86:
        push_tuple(2);
        return true;
      case 0x87:
        push_tuple(3);
        return true;
      case 'a': {
        auto* value = pop();
        list_at_top().items.push_back(value);
        return true;
      }
      case 'e':
      case 0x90: {
        auto items = pop_to_mark();
        auto& list = list_at_top();
        list.items.insert(list.items.end(), items.begin(), items.end());
        return true;
      }
      case 's': {
        auto* value = pop();
        auto* key = pop();
        set_items({key, value});
        return true;
      }
      case 'u':
        set_items(pop_to_mark());
        return true;
      case 'd': {
        const auto items = pop_to_mark();
        push(make(PickleDict{}));
        set_items(items);
        return true;
      }
      case '0':
        (void)pop();
        return true;
      default:
        return false;
    }
  }

  bool memo(unsigned char opcode) {
    switch (opcode) {
      case 'q':
        remember(reader_.unsigned_number(1));
        return true;
      case 'r':
        remember(reader_.unsigned_number(4));
        return true;
      case 0x94:
        remember(memo_.size());
        return true;
      case 'h':
        push(recall(reader_.unsigned_number(1)));
        return true;
      case 'j':
        push(recall(reader_.unsigned_number(4)));
        return true;
      default:
        return false;
    }
  }
  void remember(std::uint64_t index) {
    arena_->charge(1);
    memo_[index] = top();
  }
  PicklePtr recall(std::uint64_t index) {
    const auto found = memo_.find(index);
    GALLOP_CHECK(found != memo_.end(), FormatError, "{}: refers to value {} before it is there", where_, index);
    return found->second;
  }

  bool object(unsigned char opcode) {
    switch (opcode) {
      case 0x80: {
        const auto version = reader_.unsigned_number(1);
        GALLOP_CHECK(version <= 5, FormatError, "{}: pickle version {} is not known", where_, version);
        return true;
      }
      case 0x95:
        (void)reader_.take(8);
        return true;  // the length of a frame: a hint only
      case 'c': {
        const auto module = reader_.line();
        push_global(module + "." + reader_.line());
        return true;
      }
      case 0x93: {
        const auto name = text_of(pop());
        push_global(text_of(pop()) + "." + name);
        return true;
      }
      case 'Q':
        push(storage_of(*pop(), *arena_));
        return true;
      case 'R':
      case 0x81:
        call();
        return true;
      case 'b':
        build();
        return true;
      default:
        return false;
    }
  }
  std::string text_of(const PickleValue* value) {
    const auto* text = std::get_if<std::string>(&value->data);
    GALLOP_CHECK(text != nullptr && text->size() <= kLongestName, FormatError, "{}: a short name was expected in its description", where_);
    return *text;
  }
  void push_global(std::string name) {
    check_global(name, where_);
    push(make(PickleGlobal{std::move(name)}));
  }
  void call() {
    const auto *arguments = pop(), *callable = pop();
    const auto* name = std::get_if<PickleGlobal>(&callable->data);
    const auto* list = std::get_if<PickleList>(&arguments->data);
    GALLOP_CHECK(name != nullptr && list != nullptr, FormatError, "{}: calls something that is no name; refused", where_);
    push(rebuild(name->name, *list, *arena_));
  }
  // State of an object: its attributes become entries of its table; state of anything else changes nothing that matters
  // here.
  void build() {
    const auto* state = pop();
    auto* dict = std::get_if<PickleDict>(&top()->data);
    const auto* entries = std::get_if<PickleDict>(&state->data);
    GALLOP_CHECK(state != top(), FormatError, "{}: an object is its own state", where_);
    if (dict == nullptr || entries == nullptr || !dict->items.empty()) return;
    arena_->charge(entries->items.size());
    dict->items = entries->items;
  }

  std::shared_ptr<PickleArena> arena_;
  const std::string& where_;
  Reader reader_;
  std::vector<PicklePtr> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint64_t, PicklePtr> memo_;
};

}  // namespace

void PickleArena::charge(std::size_t values) {
  charged_ += values;
  GALLOP_CHECK(charged_ <= kMostValues, FormatError, "{}: describes more than {} values; refused", where_, kMostValues);
}

PickleResult read_pickle(std::span<const std::byte> bytes, const std::string& where) { return Machine(bytes, where).run(); }

}  // namespace gallop::weights
