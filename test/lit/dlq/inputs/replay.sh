# usage: replay.sh WORK GLIMPSE PYTHON INPUTS RECEIVER
work=$1 glimpse=$2 python=$3 inputs=$4 receiver=$5
export GLIMPSE_DLQ_PATH="$work/dlq"

put() { "$python" "$inputs/put.py" "$GLIMPSE_DLQ_PATH" "$1" letter "$inputs/traces.json" 10 "$2"; }
replay() { "$glimpse" dlq replay "$@"; echo "status $?"; }
# Runs a function of this script with a receiver around it: with SCRIPT FUNCTION [OPTION ...].
with() {
  script=$1 act=$2 && shift 2
  "$receiver" --out "$work/received.jsonl" --script "$script" "$@" -- sh "$0" "$work" "$glimpse" "$python" "$inputs" "$receiver" "$act"
}

case ${6:-} in
  busy)
    put "$OTEL_EXPORTER_OTLP_ENDPOINT/v1/traces" 3
    replay
    replay
    exit
    ;;
  refuses)
    put "$OTEL_EXPORTER_OTLP_ENDPOINT/v1/traces" 2
    replay
    "$glimpse" dlq list --json | jq -r '"\(.state) \(.problem)"'
    replay "$("$glimpse" dlq list --json | jq -r .id)"
    exit
    ;;
  elsewhere)
    put http://elsewhere/v1/traces 1
    replay
    "$glimpse" dlq drop --all 2>/dev/null
    exit
    ;;
  secret)
    put "$OTEL_EXPORTER_OTLP_ENDPOINT/v1/traces" 1
    OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20x replay
    exit
    ;;
esac

echo "-- nobody answers"
put http://127.0.0.1:1/v1/traces 2
OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:1 replay
"$glimpse" dlq drop --all 2>/dev/null
echo "-- the server is busy, and then is not"
with 503 busy
tail -n 1 "$work/received.jsonl" | jq -r '"\(.acknowledged_requests) acknowledged, \(.refused) refused"'
echo "-- it refuses one, and takes it when asked again"
with "400 message='too old'" refuses
echo "-- letters for another server stay"
with "" elsewhere
echo "-- secrets go with the request, and lie nowhere"
with "" secret --require-header "authorization: Bearer x"
