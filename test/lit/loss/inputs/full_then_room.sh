#!/bin/sh
# full_then_room.sh GLIMPSE PROGRAM...: traces PROGRAM into small/trace.jsonl, where the disk gets full; says whether the
# file is whole; makes room, recovers, and leaves trace.jsonl and said behind.
glimpse=$1
shift
"$glimpse" run -o small/trace.jsonl "$@" > all
echo "status $?"
tail -n +2 all > said
jq .entry_id small/trace.jsonl > entries && test "$(wc -l < entries)" = "$(wc -l < small/trace.jsonl)" && test -z "$(tail -c 1 small/trace.jsonl)" && echo "every line is whole"
mount -o remount,size=100m small
"$glimpse" recover -o small/trace.jsonl
cp small/trace.jsonl trace.jsonl
