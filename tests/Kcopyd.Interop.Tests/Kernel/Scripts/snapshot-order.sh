# Prints in which order the kernel writes to origin and store, as dm-log-writes saw the writes end: both are parts of one
# device, /dev/vdc, that is logged to /dev/vdd. A line has the sector and the number of sectors; "in 4" says how many
# requests they were.
create log --table "0 16384 log-writes /dev/vdc /dev/vdd"
create origin --table "0 4096 linear /dev/mapper/log 0"
names=abcdefghijklmnopqrstuvwxyz steps=
# begin STORE-CHUNKS TYPE CHUNK
begin() {
  mark .; create cow --table "0 $(($1 * $3)) linear /dev/mapper/log 8192"; forget
  do_ load snapshot $2 $3
  create o --table "0 4096 snapshot-origin /dev/mapper/origin"
}
load() { create s --table "0 4096 $1 /dev/mapper/origin /dev/mapper/cow $2 $3"; }
merge() {
  load snapshot-merge "$@"; least=$(($2 * 2))
  await 'dmsetup status s | grep -q " $least/[0-9]* $least"'
}
mark() {
  rest=${names#?} name=${names%"$rest"} names=$rest steps="$steps$name:$*;"
  dmsetup message log 0 mark $name
}
# do_ STEP...: and has all that was written logged, which ends with a flush.
do_() { mark "$*"; "$@" >/dev/null; sync /dev/mapper/log; }

# fill DEVICE SECTORS: the first of them, of which nothing is printed.
fill() { mark .; for sector in $(seq 0 $(($2 - 1))); do write $1 $sector 1 many; done; sync /dev/mapper/log; }

# printed: the log, with the steps between.
printed() {
  dmsetup remove origin; dmsetup remove log
  dd if=/dev/vdd bs=64k count=24 status=none | od -A n -v -t u8 -w512 | awk -v steps="$steps" '
    function print_run() { if (count && !hidden) print "  " where " " first "+" sectors (count > 1 ? " in " count : "") flags }
    BEGIN { split(steps, texts, ";"); for (i in texts) text[substr(texts[i], 1, 1)] = substr(texts[i], 3) }
    NR == 1 { next }
    skip { skip--; next }
    {
      if (int($3 / 8) % 2) {
        if ($4 > 1) exit
        print_run(); count = 0; step = text[sprintf("%c", $5 % 256)]; hidden = step == "."
        if (!hidden) print step
        next
      }
      skip = $2; is_store = $1 >= 8192; place = is_store ? "store" : "origin"; at = is_store ? $1 - 8192 : $1
      how = $2 ? ($3 == 2 ? " fua" : $3 ? " flags " $3 : "") : ""
      if (!$2) { print_run(); count = 0; if (!hidden) print "  flush"; next }
      if (count && where == place && at == first + sectors && flags == how) { sectors += $2; count++; next }
      print_run(); where = place; first = at; sectors = $2; count = 1; flags = how
    }
    END { print_run() }'
}

begin 40 P 8
do_ write o 0 8 whole
do_ write o 4 1 again
do_ write s 160 8 whole
do_ write s 240 1 part
do_ write s 160 1 in-place
do_ write o 164 1 excepted
dmsetup remove o; dmsetup remove s
do_ merge P 8
do_ write s 160 1 merged
dmsetup remove s; dmsetup remove cow

begin 36 P 1
fill o 31
do_ write o 31 1 last-of-area
do_ write s 32 1 first-of-area
do_ write o 33 1 over
do_ flush s
do_ flush o
end

begin 6 PO 1
fill s 4
do_ write s 4 1 over
do_ write o 5 1 over
end
printed
