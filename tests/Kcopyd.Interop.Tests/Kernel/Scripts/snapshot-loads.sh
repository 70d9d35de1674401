# Prints what the kernel makes of stores with odd heads, and with odd entries: it checks no entry. Chunk n of the store
# has the word "cn", chunk n of the origin the word "on".
MAGIC=0x70416e53

# little NUMBER BYTES
little() {
  n=$1 left=$2
  while [ $left -gt 0 ]; do
    printf "\\$((n >> 6 & 3))$((n >> 3 & 7))$((n & 7))"; n=$((n >> 8)) left=$((left - 1))
  done
}
put() { dd of=/dev/mapper/cow bs=512 count=1 iflag=fullblock oflag=direct,seek_bytes seek=$(($1 * 512)) status=none; }

# head_ MAGIC VALID VERSION CHUNK
head_() { { for number; do little "$number" 4; done; head -c 496 /dev/zero; } | put 0; }
# area CHUNK OLD:NEW...
area() {
  at=$1; shift
  { for entry; do little "${entry%:*}" 8; little "${entry#*:}" 8; done; head -c $((512 - $# * 16)) /dev/zero; } | put "$at"
}
load() {
  said >/dev/null
  if given "$@" | create s 2>/dev/null; then echo "table: $(table s)"; echo "status: $(status s)"; fi
  said
}

while read -r numbers; do
  create cow --table "0 4096 linear /dev/vdb 0"
  dd if=/dev/zero of=/dev/mapper/cow bs=65536 count=1 oflag=direct status=none
  echo "head: $numbers"
  head_ $numbers
  load 0 4096 snapshot 254:0 253:0 P 8
  echo "header: $(header)"
  end
done <<HEADS
$MAGIC 1 1 8
$MAGIC 1 1 1
$MAGIC 1 1 64
$MAGIC 2 1 8
$MAGIC 256 1 8
$MAGIC 0 1 8
$MAGIC 0 1 16
$MAGIC 1 0 8
$MAGIC 1 2 8
$MAGIC 0 2 8
$MAGIC 1 1 0
$MAGIC 1 1 3
$MAGIC 1 1 12
$MAGIC 0 1 3
$MAGIC 1 1 4194304
$MAGIC 1 1 2147483648
0 0 0 0
0 5 6 7
1 1 1 8
0x536e4170 1 1 8
HEADS

words() { for i in $(seq 0 "$2"); do printf "%-511s\n" "$1$i"; done; }
word() {
  found=$(dd if=/dev/mapper/s bs=512 count=1 skip=$1 iflag=direct 2>/dev/null | head -c 3 | tr -cd a-z0-9)
  printf "%s " "${found:-?}"
}
words o 127 | dd of=/dev/vda bs=65536 count=1 iflag=fullblock oflag=direct status=none
words c 127 >/tmp/words
dd if=/dev/vda of=/dev/vdc bs=65536 count=1 status=none

# The store has 100 chunks of one sector, the snapshot 64, the origin more.
while read -r entries; do
  create cow --table "0 100 linear /dev/vdb 0"
  dd if=/tmp/words of=/dev/mapper/cow bs=51200 count=1 oflag=direct status=none
  dd if=/dev/vdc of=/dev/vda bs=65536 count=1 oflag=direct status=none
  echo "entries: $entries"
  head_ $MAGIC 1 1 1; area 1 $entries; area 34
  load 0 64 snapshot 254:0 253:0 P 1
  create o --table "0 64 snapshot-origin /dev/vda"
  echo "view: $(for i in 3 4 9 63; do word $i; done)"
  step write o 50 1 new; step write s 51 1 new
  echo "status: $(status s)"; store 1 1
  dmsetup remove o; dmsetup remove s
  load 0 64 snapshot 254:0 253:0 P 1
  end
done <<ENTRIES
3:2 4:3 9:4
9:20 3:10
63:2
64:2
5000:2
-1:2
72057594037927936:2
3:98
3:99
3:100
3:4000
3:72057594037927938
3:1
3:34
3:2 3:3
3:2 4:2
3:0 4:2
3:2 0:0 8:9 9:10
3:2 8:0 9:10
ENTRIES
