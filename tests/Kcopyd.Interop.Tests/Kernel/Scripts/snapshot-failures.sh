# Prints what the kernel does when devices of a snapshot fail, when a table takes over the store of another, and on
# discards: each step and what comes of it.
now() { echo "status: $(status "${1:-s}")"; }
gone() { for name in "$@"; do dmsetup remove $name; done; }
replace() { name=$1; shift; dmsetup load $name --table "$*"; dmsetup suspend --noflush --nolockfs $name; dmsetup resume $name; }
resume() { dmsetup resume $1 2>/dev/null || echo "refused"; }
# again WHAT TABLE...: another table over the same store.
again() { what=$1; shift; create $what --notable; dmsetup load $what --table "$(given "$@")" 2>/dev/null || echo "refused"; }

# The store takes no more writes, its head either, so that what is on the disk afterwards calls itself valid.
for type in P PO; do
  for device in o s; do
    echo "== the store fails"; cow 100
    step snapshot 0 4096 snapshot 254:0 253:0 $type 1
    step write s 0 1 a; step write o 1 1 b
    replace cow 0 100 flakey /dev/vdb 0 0 600 1 error_writes
    step write s 0 1 c; step flush s; now
    step write $device 10 1 d; now; step read_ s 0; step read_ o 10
    echo "events: $(events s)"; echo "header: $(header)"; said
    end
  done
done

# A sector of the origin that can be neither read nor written.
hole() {
  create all --table "0 4096 linear /dev/vda 0"
  cow 200; step snapshot 0 4096 snapshot 253:0 253:1 $1 8
}
broken() {
  dmsetup load all <<TABLE
0 40 linear /dev/vda 0
40 1 error
41 4055 linear /dev/vda 41
TABLE
  dmsetup suspend --noflush --nolockfs all; dmsetup resume all
}
for type in P N; do
  for writes in "o 42 1" "s 42 1" "s 40 8"; do
    echo "== the origin cannot be read"; hole $type
    step write s 0 1 a; broken; step read_ s 40; now
    step write $writes b; now; step read_ s 0; step read_ s 42; step read_ o 42
    echo "events: $(events s)"; [ $type = N ] || echo "header: $(header)"; said
    end; gone all
  done
done

echo "== the merge fails"; hole P
step write s 40 8 forty; step write s 80 16 eighty; step write s 160 1 last; now
gone o s; broken
create m --table "$(given 0 4096 snapshot-merge 253:0 253:1 P 8)"
await 'dmsetup status m | grep -q failed'; now m; echo "table: $(table m)"; echo "events: $(events m)"; store 8 1
for sector in 40 80 160; do step read_ m $sector; done
step write m 42 1 a; step write m 80 1 b; step write m 240 1 c; step flush m; step read_ m 42; now m; said
replace all 0 4096 linear /dev/vda 0
dmsetup suspend m; resume m; now m; said
again n 0 4096 snapshot-merge 253:0 253:1 P 8; said; gone n
gone m; create m --table "$(given 0 4096 snapshot-merge 253:0 253:1 P 8)"
await 'dmsetup status m | grep -q " 16/200 16"'; now m; step read_ all 40; step read_ all 42
gone m all cow

echo "== a merge of an invalid store"; cow 4
step snapshot 0 4096 snapshot 254:0 253:0 P 1; step write s 0 2 a; step write s 2 1 b; now; gone o s; said
step snapshot 0 4096 snapshot-merge 254:0 253:0 P 1; said; now; step write s 0 1 c; step read_ s 0; step read_ o 0; end

echo "== handover"; cow 200
step snapshot 0 4096 snapshot 254:0 253:0 P 1; step write o 10 4 a
again t 0 4096 snapshot 254:0 253:0 PO 8
again u 0 4096 snapshot 254:0 253:0 P 1; said
resume t; said; now t; now
dmsetup suspend s; now; resume t; said; now t; echo "table: $(table t)"; now; resume s; now; step read_ s 10; said
step write o 20 1 b; now t; store 1 1; gone t u; end; said

echo "== handover to a merge"; cow 200
step snapshot 0 4096 snapshot 254:0 253:0 P 1; step write s 10 4 a
dmsetup suspend o; dmsetup load o --table "$(given 0 4096 snapshot-merge 254:0 253:0 P 1)"
dmsetup suspend s; resume o; await 'dmsetup status o | grep -q " 2/200 2"'; now o; now; step read_ o 10; end; said

echo "== handover without a source"; cow 200
step snapshot 0 4096 snapshot 254:0 253:0 P 1; step write s 10 4 a
again t 0 4096 snapshot 254:0 253:0 P 1; gone s; said; resume t; now t; echo "header: $(header)"; gone t; end; said

for features in "" "1 discard_zeroes_cow" "2 discard_zeroes_cow discard_passdown_origin"; do
  echo "== discards"; cow 400; dd if=/dev/vdc of=/dev/vda bs=512 count=4096 oflag=direct status=none
  step snapshot 0 4096 snapshot 254:0 253:0 P 8 $features
  step write s 16 16 a; step write o 40 8 b; step discard s 16 8; step read_ s 16; step read_ o 16
  step discard s 24 4; step read_ s 24; step read_ o 24; step discard s 48 8; step read_ s 48; step read_ o 48; now
  step discard o 80 24; now; step read_ o 80; step read_ s 80; step discard o 108 2; now; end
done
