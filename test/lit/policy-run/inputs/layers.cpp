// main -> app::run -> app::db::open -> app::db::sql::parse
//                  -> app::db::close
//                  -> other::note
namespace other {
int note(int n) { return n; }
}  // namespace other

namespace app {
namespace db {
namespace sql {
int parse(int n) { return n + 1; }
}  // namespace sql

int open(int n) { return sql::parse(n) + 1; }
int close(int n) { return n - 2; }
}  // namespace db

int run(int n) { return other::note(db::close(db::open(n))); }
}  // namespace app

int main() { return app::run(0); }
