# sanitized.sh COMPILER FLAGS SANITIZERS SOURCE PYTHON SAME.PY GLIMPSE LIBRARY
#
# Builds the source with the sanitizers, compares it plain, preloaded and linked, and says whether its fault is found.
set -e
compiler=$1 flags=$2 sanitizers=$3 source=$4 python=$5 same=$6 glimpse=$7 library=$8
build="$compiler -std=c++17 -g -O1 $flags -fsanitize=$sanitizers -pthread $source"
$build -o app
LD_RUN_PATH=$(dirname "$library") $build -o linked "$library"
$python "$same" --glimpse "$glimpse" --plain app --preloaded app --linked linked
for run in preloaded linked; do
  $python "$(dirname "$same")/../../support/whole.py" $run-run/glimpse.jsonl
done
report='ERROR: AddressSanitizer: heap-buffer-overflow|WARNING: ThreadSanitizer: data race'
"$glimpse" run -q ./app wrong 2>&1 | grep -qE "$report" && echo found preloaded
./linked wrong 2>&1 | grep -qE "$report" && echo found linked
