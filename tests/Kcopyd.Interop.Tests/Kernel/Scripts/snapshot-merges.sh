# Prints what the kernel says of a merge, and what the store holds, when it has come to a run of chunks that cannot be
# written, twice, and at its end. Begins with what scripts about stores have.
merge_now() { echo "status: $(status m)"; }
part() { echo "== $1, chunk $chunk"; echo "cow $size"; }
areas() { store $chunk 1 $((entries + 2)); }
writes() { dmsetup status $1 | cut -d' ' -f5; }

# slow NAME CHUNK: two chunks of the origin whose writes do not end, though flushes go through.
slow() {
  at=$(($2 * chunk))
  create $1 --table "0 $((2 * chunk)) delay /dev/vda $at 0 /dev/vda $at 600000 /dev/vda $at 0"
}
# release NAME CHUNK: now they do.
release() {
  dmsetup load $1 --table "0 $((2 * chunk)) linear /dev/vda $(($2 * chunk))"
  dmsetup suspend --noflush --nolockfs $1; dmsetup resume $1
}

# merges CHUNK
merges() {
  chunks_of $1; size=$(((entries + 32) * chunk))
  begin to-merge P $((entries + 32))
  step write s $((10 * chunk)) $((4 * chunk)) ten
  step write o $((20 * chunk)) $((2 * chunk)) twenty
  step write s $((5 * chunk)) $chunk five
  step write s $((100 * chunk)) $(((entries + 3) * chunk)) hundred
  step write s $((90 * chunk)) $((2 * chunk)) ninety
  step write s $((89 * chunk)) 1 eighty-nine
  now; dmsetup remove o; dmsetup remove s

  slow early 90; slow late 20
  create all <<TABLE
0 $((20 * chunk)) linear /dev/vda 0
$((20 * chunk)) $((2 * chunk)) linear /dev/mapper/late 0
$((22 * chunk)) $((68 * chunk)) linear /dev/vda $((22 * chunk))
$((90 * chunk)) $((2 * chunk)) linear /dev/mapper/early 0
$((92 * chunk)) $((length - 92 * chunk)) linear /dev/vda $((92 * chunk))
TABLE
  given 0 $length snapshot-merge 253:3 253:0 P $chunk | create m
  await '[ $(writes early) -gt 0 ]'
  part merge-at-ninety; merge_now; echo "table: $(table m)"; areas
  release early 90
  await '[ $(writes late) -gt 0 ]'
  part merge-at-twenty; merge_now; areas
  dmsetup suspend --noflush --nolockfs m & suspend=$!
  await 'grep -q "^State:.*D" /proc/$suspend/status'
  release late 20
  wait $suspend
  part merge-suspended; merge_now; areas
  dmsetup resume m; await "dmsetup status m | grep -q ' $((2 * chunk))/$size $((2 * chunk))'"
  part merge-finished; merge_now; echo "events: $(events m)"; echo "header: $(header)"; areas
  step write m $((10 * chunk)) 1 after; merge_now
  for name in m all early late; do dmsetup remove $name; done
  part used-again
  step snapshot 0 $length snapshot 254:0 253:0 P $chunk; now
  step write s $((10 * chunk)) 1 again; now; store $chunk 1
  end
}
