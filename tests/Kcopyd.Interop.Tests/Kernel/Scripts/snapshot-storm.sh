# What a test cuts the power in: writes to an origin with a snapshot, and a merge. /dev/vda: origin, /dev/vdb: store.
length=4096 places=84 place=16

# Three writers, each to places of its own. A line is the place and the number that are written and done, flushed or not.
storm() {
  snapshot 0 $length snapshot 254:0 254:16 P 8
  echo storm
  for writer in 0 1 2; do write_forever $writer & done
  wait
}
write_forever() {
  n=0
  while :; do
    n=$((n + 1)); at=$((($1 * places + n * 31 % places) * place))
    write o $at $place $n; echo "$at $n"
  done
}

# Says so after each run of chunks that is merged; a write to the origin takes a while.
slow_merge() {
  create slow --table "0 $length delay /dev/vda 0 0 /dev/vda 0 100 /dev/vda 0 0"
  given 0 $length snapshot-merge 253:0 254:16 P 8 | create s
  last=$(status s)
  echo merge
  while :; do now=$(status s); [ "$now" = "$last" ] || echo "$now"; last=$now; done
}
