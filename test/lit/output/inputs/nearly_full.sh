#!/bin/sh
# nearly_full.sh GLIMPSE FORMAT: in the folder of a small disk `small`, which is filled by somebody else in the middle, and emptied again.
out=small/trace.$2
room() { df --output=avail -B1 small | tail -1; }
(
  printf a && sleep 1 && head -c $(($(room) - 3670016)) /dev/zero > small/filler && sleep 1
  printf bcde && sleep 2
  [ "$(room)" -ge 2097152 ] && echo "kept free" >&3
  rm small/filler && sleep 1 && printf f
) 3> free | "$1" run --format "$2" -o "$out" ./app
echo "status $?"
cat free
if [ "$2" = glimpse ]; then "$1" cat "$out"; else cat "$out"; fi > lines.jsonl
jq -r 'select(.reason == "disk_full") | "notice " + (.message | sub(".*: "; ""))' lines.jsonl
jq -s -e '(map(select(.record_type == "summary"))[0]) as $sum | map(select(.record_type == "log_entry")) as $entries
  | ($entries | length) == $sum.records and ($entries | map(.call_id) | unique | length) == $sum.calls
  and $sum.dropped.disk_full > 0 and $sum.records + $sum.dropped.disk_full == 240002
  and ($entries | group_by(.call_id) | all(length == 2)) and (map(.entry_id) | . == sort)' lines.jsonl > ok && echo "every line adds up"
rm -f "$out"*
