#!/bin/sh
# on_small_disk.sh SIZE COMMAND...: COMMAND with the folder `small` being a file system of SIZE, seen by it alone.
# Run it by `unshare -rm`.
size=$1
shift
mkdir -p small
mount -t tmpfs -o "size=$size" tmpfs small && exec "$@"
