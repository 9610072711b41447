# The thread, by name, on which each call of first, second and third ran.
(map(select(.record_type == "thread") | {key: (.tid | tostring), value: .thread}) | from_entries) as $name
| map(select(.stage == "START" and (.function | test("first|second|third"))))[]
| $name[.tid | tostring] + " " + .function
