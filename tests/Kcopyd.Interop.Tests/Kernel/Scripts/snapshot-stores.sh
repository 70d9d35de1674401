# Prints what the kernel writes to stores: each request, what it says of itself then, and at last the areas of the store.
# A request is a device, a sector, sectors, and a word that is written over and over.
length=49152
chunks_of() { chunk=$1 entries=$((32 * chunk)); }

# begin WHAT TYPE COW-CHUNKS
begin() {
  cow $(($3 * chunk))
  echo "== $1, chunk $chunk"
  echo "cow $(($3 * chunk))"
  step snapshot 0 $length snapshot 254:0 253:0 "$2" $chunk
}

# finish AREAS: says how many events there were, and shows so many areas.
finish() {
  echo "events: $(events s)"
  dmsetup remove o; dmsetup remove s
  echo "header: $(header)"
  store $chunk $(for area in $(seq 0 $(($1 - 1))); do echo $((1 + area * (entries + 1))); done)
  dmsetup remove cow
}
now() { echo "status: $(status s)"; }

some() {
  step write s $((3 * chunk)) $chunk whole
  step write o $((10 * chunk)) $((4 * chunk)) burst
  step write s $((5 * chunk)) 1 part
  step write o $((2 * chunk)) 1 origin
  step write o $((9 * chunk)) $((2 * chunk)) half-new
  step write s $((10 * chunk)) 1 in-place
  step write s $((length - chunk)) $chunk last
  now
}

# filled TYPE AREAS: until there are so many exceptions.
filled() {
  begin filled $1 $((entries + 8)); now; done=0
  for count in 1 2 $((entries - 1)) $entries $((entries + 1)) $((entries + 4)); do
    step write o $((done * chunk)) $(((count - done) * chunk)) many; now; done=$count
  done
  finish $2
}

# stores CHUNK
stores() {
  chunks_of $1
  begin empty P 8; echo "table: $(table s)"; echo "origin: $(table o)"; echo "origin: $(status o)"; now; finish 1
  begin partly-full P 64; some; finish 1
  filled P 2
  if [ $chunk -le 8 ]; then more=$((2 * entries)) areas=3; else more=$entries areas=2; fi
  begin several-areas P $((more + 32)); some; step write o $((100 * chunk)) $((more * chunk)) many; now; finish $areas
  begin overflowed PO 6; echo "table: $(table s)"; step write s $((7 * chunk)) $((3 * chunk)) a
  step write o $chunk 1 b; now; step write s $((11 * chunk)) 1 c; now; step write s $((7 * chunk)) 1 d
  step read_ s $((7 * chunk)); step read_ s $((11 * chunk)); now; finish 1
  begin invalid-by-snapshot P 6; step write s 0 $chunk a; step write s $((9 * chunk)) $((3 * chunk)) b
  step write s $((12 * chunk)) 1 c; now; finish 1
  begin invalid-by-origin PO 6; step write o 0 $chunk a; step write s $((9 * chunk)) $((3 * chunk)) b; now
  step write o $((20 * chunk)) 1 c; now; step read_ s 0; step flush s; finish 1
}

# transient CHUNK
transient() { chunks_of $1; filled N 0; }

# ends_of_stores CHUNK: the store ends where the next area would be, behind it, and one chunk later.
ends_of_stores() {
  chunks_of $1
  for how in "o P 2" "o P 3" "o P 4" "s P 2" "s PO 2" "s PO 3" "s PO 4"; do
    set -- $how
    begin end-of-store $2 $((entries + $3)); step write $1 0 $(((entries - 1) * chunk)) many; now
    for more in 1 2 3; do step write $1 $(((entries + more - 2) * chunk)) 1 one; now; done
    finish $(($3 > 2 ? 2 : 1))
  done
}
