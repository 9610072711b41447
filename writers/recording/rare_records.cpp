#include "writers/recording/rare_records.h"

#include <bit>

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
  // For numbers that use all of their bits.
  void bits(std::uint64_t value) { out_.number(value); }
  void seed(std::uint64_t value) { out_.number(zigzag(value - expected_.trace_seed)); }
  void real(double value) { out_.number(std::bit_cast<std::uint64_t>(value)); }
  template <typename Choice>
  void choice(Choice value, Choice /*last*/) {
    out_.number(static_cast<std::uint64_t>(value));
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
  void bits(std::uint64_t& value) { value = in_.number(); }
  void seed(std::uint64_t& value) { value = expected_.trace_seed + unzigzag(in_.number()); }
  void real(double& value) { value = std::bit_cast<double>(in_.number()); }
  template <typename Choice>
  void choice(Choice& value, Choice last) {
    const std::uint64_t number = in_.number();
    if (number > static_cast<std::uint64_t>(last)) return in_.fail();
    value = static_cast<Choice>(number);
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
void fields(Archive& archive, std::vector<Field>& all) {
  archive.list(all, [&](Field& field) {
    archive.choice(field.type, Field::Type::kBool);
    archive.text(field.key);
    switch (field.type) {
      case Field::Type::kText:
        return archive.text(field.text);
      case Field::Type::kSigned:
        return archive.number(field.signed_number);
      case Field::Type::kUnsigned:
      case Field::Type::kBool:
        return archive.bits(field.unsigned_number);
      case Field::Type::kDouble:
        return archive.real(field.real);
    }
  });
}

template <typename Archive>
void fields(Archive& archive, TraceId& trace) {
  archive.bits(trace.high);
  archive.bits(trace.low);
}

template <typename Archive>
void fields(Archive& archive, Span& record) {
  archive.entry_id(record.entry_id);
  fields(archive, record.trace);
  archive.bits(record.span_id);
  archive.bits(record.parent_span_id);
  archive.number(record.remote_parent);
  archive.bits(record.parent_call_id);
  archive.number(record.parent_call_is_nearest);
  archive.seed(record.trace_seed);
  archive.text(record.name);
  archive.choice(record.kind, SpanKind::kConsumer);
  archive.choice(record.status, SpanStatus::kError);
  archive.text(record.status_message);
  archive.text(record.tracestate);
  archive.time(record.timestamp_ns);
  archive.bits(record.duration_ns);
  archive.number(record.open);
  archive.number(record.pid);
  archive.number(record.tid);
  fields(archive, record.attributes);
  archive.list(record.events, [&](SpanEvent& event) {
    archive.time(event.timestamp_ns);
    archive.text(event.name);
    fields(archive, event.fields);
  });
  archive.list(record.links, [&](SpanLink& link) {
    fields(archive, link.trace);
    archive.bits(link.span_id);
    fields(archive, link.fields);
  });
}

// `exceptions`: none or one.
template <typename Archive>
void fields(Archive& archive, Log& record, std::vector<Exception>& exceptions) {
  archive.entry_id(record.entry_id);
  archive.choice(record.level, Level::kFatal);
  fields(archive, record.trace);
  archive.bits(record.span_id);
  archive.bits(record.call_id);
  archive.time(record.timestamp_ns);
  archive.number(record.pid);
  archive.number(record.tid);
  for (std::string_view* const text : {&record.title, &record.message, &record.file}) archive.text(*text);
  archive.number(record.line);
  archive.list(record.tags, [&](std::string_view& tag) { archive.text(tag); });
  archive.number(record.ttl_seconds);
  fields(archive, record.fields);
  archive.list(exceptions, [&](Exception& exception) {
    archive.text(exception.type);
    archive.number(exception.has_what);
    for (std::string_view* const text : {&exception.what, &exception.stack_trace, &exception.fingerprint}) {
      archive.text(*text);
    }
  });
  archive.text(record.stack_trace);
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
void put(ByteWriter& out, const Expectation& expected, const Span& record) {
  Put archive(out, expected);
  fields(archive, const_cast<Span&>(record));
}
void put(ByteWriter& out, const Expectation& expected, const Log& record) {
  Put archive(out, expected);
  std::vector<Exception> exceptions;
  if (record.exception != nullptr) exceptions.push_back(*record.exception);
  fields(archive, const_cast<Log&>(record), exceptions);
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
void take(ByteReader& in, const Expectation& expected, Span& record) {
  Take archive(in, expected);
  fields(archive, record);
}
void take(ByteReader& in, const Expectation& expected, Log& record, Exception& exception) {
  Take archive(in, expected);
  std::vector<Exception> exceptions;
  fields(archive, record, exceptions);
  if (exceptions.empty()) return;
  exception = exceptions.front();
  record.exception = &exception;
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
