# Runs a snapshot or a merge once, on parts of the origins in /dev/vda and of the stores in /dev/vdb. Prints its table and
# its status, does steps, leaves all that it shows in /dev/vdc, and prints its status again. A merge is at its end before
# the steps; one that is held is where it writes to the place to hold, and at last ends what it does there.
# relay NAME TABLE ORIGIN-START STORE-START STORE-SECTORS STEPS [HOLD-START HOLD-SECTORS]
relay() {
  echo "== $1"; table=$2 start=$3 steps=$6
  create cow --table "0 $5 linear /dev/vdb $4"
  shift 6; set -- $(given "$table") "$@"
  length=$2 target=$3
  shift 7
  base "$@"
  given "$table" | create s
  if [ $target = snapshot ]; then create o --table "0 $length snapshot-origin /dev/mapper/base"
  elif [ $# = 2 ]; then await '[ $(dmsetup status late | cut -d" " -f5) -gt 0 ]'
  else await 'dmsetup status s | grep -qE "Invalid| ([0-9]+)/[0-9]+ \1$"'; fi
  echo "table: $(table s)"; now
  eval "$steps"
  dd if=/dev/mapper/s of=/dev/vdc bs=1M iflag=direct oflag=direct,seek_bytes seek=$((start * 512)) 2>/dev/null ||
    echo "view: EIO"
  if [ $# = 2 ]; then end_run $2; fi
  now
  for name in o s base late cow; do ! [ -e /dev/mapper/$name ] || dmsetup remove $name; done
}
now() { echo "status: $(status s)"; }

# base [HOLD-START HOLD-SECTORS]: the origin; writes to the place to hold do not end, though flushes go through.
base() {
  if [ $# = 0 ]; then create base --table "0 $length linear /dev/vda $start"; return; fi
  at=$((start + $1)); end=$(($1 + $2))
  create late --table "0 $2 delay /dev/vda $at 0 /dev/vda $at 600000 /dev/vda $at 0"
  create base <<TABLE
0 $1 linear /dev/vda $start
$1 $2 linear /dev/mapper/late 0
$end $((length - end)) linear /dev/vda $((start + end))
TABLE
}

# end_run HOLD-SECTORS: the merge ends what it does at the place to hold, and does no more.
end_run() {
  dmsetup suspend --noflush --nolockfs s & suspend=$!
  await 'grep -q "^State:.*D" /proc/$suspend/status'
  dmsetup load late --table "0 $1 linear /dev/vda $at"
  dmsetup suspend --noflush --nolockfs late; dmsetup resume late
  wait $suspend
}
