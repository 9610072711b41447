#include "writers/recording/rare_records.h"

namespace glimpse::writers::recording {
namespace {

// Put and Take are called with the same fields in the same order, by the functions `fields` below.
class Put {
 public:
  Put(ByteWriter& out, const Expectation& expected) : out_(out), expected_(expected) {}

  void entry_id(std::uint64_t value) { out_.number(zigzag(value - expected_.next_entry_id)); }
  void time(std::int64_t value) {
    out_.number(zigzag(static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(expected_.last_ns)));
  }
  template <typename Number>
  void number(Number value) {
    out_.number(zigzag(static_cast<std::uint64_t>(value)));
  }
  void text(std::string_view value) { out_.text(value); }
  template <typename One, typename Each>
  void list(std::vector<One>& all, Each each) {
    out_.number(all.size());
    for (One& one : all) each(one);
  }

 private:
  ByteWriter& out_;
  const Expectation& expected_;
};

class Take {
 public:
  Take(ByteReader& in, const Expectation& expected) : in_(in), expected_(expected) {}

  void entry_id(std::uint64_t& value) { value = expected_.next_entry_id + unzigzag(in_.number()); }
  void time(std::int64_t& value) {
    value = static_cast<std::int64_t>(static_cast<std::uint64_t>(expected_.last_ns) + unzigzag(in_.number()));
  }
  template <typename Number>
  void number(Number& value) {
    value = static_cast<Number>(unzigzag(in_.number()));
  }
  void text(std::string_view& value) { value = in_.text(); }
  void text(std::string& value) { value = in_.text(); }
  template <typename One, typename Each>
  void list(std::vector<One>& all, Each each) {
    all.clear();
    for (std::uint64_t left = in_.number(); left > 0 && !in_.failed(); --left) each(all.emplace_back());
  }

 private:
  ByteReader& in_;
  const Expectation& expected_;
};

template <typename Archive>
void fields(Archive& archive, Process& record, bool has_roots) {
  archive.entry_id(record.entry_id);
  archive.time(record.timestamp_ns);
  archive.number(record.pid);
  archive.number(record.ppid);
  archive.list(record.command, [&](std::string& argument) { archive.text(argument); });
  for (std::string* const text :
       {&record.executable, &record.cwd, &record.host, &record.glimpse_version, &record.clock, &record.policy,
        &record.policy_name, &record.policy_sha256, &record.service, &record.environment}) {
    archive.text(*text);
  }
  if (has_roots) archive.number(record.trace_seed);
}

template <typename Archive>
void fields(Archive& archive, Thread& record) {
  archive.entry_id(record.entry_id);
  archive.time(record.timestamp_ns);
  archive.number(record.pid);
  archive.number(record.tid);
  archive.text(record.name);
}

template <typename Archive>
void fields(Archive& archive, Notice& record) {
  archive.entry_id(record.entry_id);
  archive.time(record.timestamp_ns);
  archive.number(record.pid);
  archive.number(record.tid);
  archive.text(record.reason);
  archive.text(record.message);
  archive.number(record.dropped);
}

template <typename Archive>
void counts(Archive& archive, std::vector<std::pair<std::string, std::uint64_t>>& all) {
  archive.list(all, [&](std::pair<std::string, std::uint64_t>& one) {
    archive.text(one.first);
    archive.number(one.second);
  });
}

template <typename Archive>
void fields(Archive& archive, Summary& record, std::vector<std::uint32_t>& function_ids, bool has_roots) {
  archive.entry_id(record.entry_id);
  archive.time(record.timestamp_ns);
  archive.number(record.pid);
  archive.number(record.calls);
  archive.number(record.records);
  archive.number(record.threads);
  counts(archive, record.dropped);
  archive.number(record.open_calls);
  archive.list(record.open, [&](OpenCall& open) {
    archive.number(open.tid);
    archive.number(open.call_id);
  });
  archive.list(function_ids, [&](std::uint32_t& id) { archive.number(id); });
  archive.number(record.exit_status);
  archive.number(record.signal);
  if (!has_roots) return;
  counts(archive, record.patched);
  archive.list(record.destinations, [&](DestinationHealth& health) {
    archive.text(health.name);
    archive.text(health.state);
    for (std::uint64_t* const count :
         {&health.delivered, &health.waiting, &health.dropped, &health.dead_letters, &health.retries}) {
      archive.number(*count);
    }
    archive.text(health.problem);
  });
}

}  // namespace

void put(ByteWriter& out, const Expectation& expected, const Process& record) {
  Put archive(out, expected);
  fields(archive, const_cast<Process&>(record), true);  // Put only reads
}
void put(ByteWriter& out, const Expectation& expected, const Thread& record) {
  Put archive(out, expected);
  fields(archive, const_cast<Thread&>(record));
}
void put(ByteWriter& out, const Expectation& expected, const Notice& record) {
  Put archive(out, expected);
  fields(archive, const_cast<Notice&>(record));
}
void put(ByteWriter& out, const Expectation& expected, const Summary& record,
         const std::vector<std::uint32_t>& function_ids) {
  Put archive(out, expected);
  fields(archive, const_cast<Summary&>(record), const_cast<std::vector<std::uint32_t>&>(function_ids), true);
}

void take(ByteReader& in, const Expectation& expected, Process& record, bool has_roots) {
  Take archive(in, expected);
  fields(archive, record, has_roots);
}
void take(ByteReader& in, const Expectation& expected, Thread& record) {
  Take archive(in, expected);
  fields(archive, record);
}
void take(ByteReader& in, const Expectation& expected, Notice& record) {
  Take archive(in, expected);
  fields(archive, record);
}
void take(ByteReader& in, const Expectation& expected, Summary& record, std::vector<std::uint32_t>& function_ids,
          bool has_roots) {
  Take archive(in, expected);
  fields(archive, record, function_ids, has_roots);
}

}  // namespace glimpse::writers::recording
