# What every script about snapshots has. /dev/vda: origin, /dev/vdb: stores. What holds the store of a script is called
# cow, the snapshot s and the origin o; the numbers of the devices are 253:0, 253:1 and 253:2.

# cow SECTORS: what holds the store, with nothing in its first sector.
cow() { create cow --table "0 $1 linear /dev/vdb 0"; forget; }
forget() { dd if=/dev/zero of=/dev/mapper/cow bs=512 count=1 oflag=direct status=none; }

# snapshot TABLE...: a snapshot and an origin of as many sectors. The snapshot comes first: an origin splits writes at the
# chunks of the snapshots that there are when it is resumed, and of a write over several chunks only the first is copied.
snapshot() { given "$@" | create s && create o --table "0 $2 snapshot-origin $(given "$4")"; }

# A table of golden numbers as the machine has it.
given() { echo "$*" | sed "s/\b254:/$disks:/g; s/\b253:/$mapped:/g"; }

# write DEVICE SECTOR SECTORS WORD: the word over and over, in one request. Says how it ended when it failed.
write() {
  yes "$4" | dd of="/dev/mapper/$1" bs=$(($3 * 512)) count=1 iflag=fullblock oflag=direct,seek_bytes \
    seek=$(($2 * 512)) 2>/dev/null || echo "EIO"
}

# read_ DEVICE SECTOR: says the first four bytes of it.
read_() {
  if dd if="/dev/mapper/$1" bs=512 count=1 iflag=direct,skip_bytes skip=$(($2 * 512)) of=/tmp/data 2>/dev/null
  then head -c 4 /tmp/data | xxd -p; else echo "EIO"; fi
}

flush() { sync "/dev/mapper/$1" 2>/dev/null || echo "EIO"; }

# discard DEVICE SECTOR SECTORS
discard() { blkdiscard -o $(($2 * 512)) -l $(($3 * 512)) "/dev/mapper/$1" 2>/dev/null || echo "EOPNOTSUPP"; }

# step WORDS...: says and does it.
step() { echo "$*"; "$@"; }

# header: the first 16 bytes of the store, as they are on the disk.
header() { dd if=/dev/mapper/cow iflag=direct bs=512 count=1 status=none | xxd -p -l 16; }

# store CHUNK-SECTORS CHUNK...: chunks of the store as they are on the disk, entry by entry. "+2" is two further entries,
# each with numbers one higher, "*2" two further ones that are the same.
store() {
  bytes=$(($1 * 512)); shift
  for at; do
    dd if=/dev/mapper/cow iflag=direct,skip_bytes bs=$bytes count=1 skip=$((at * bytes)) status=none >/tmp/chunk
    od -A n -v -t x1 -w16 /tmp/chunk >/tmp/bytes
    od -A n -v -t u8 -w16 /tmp/chunk | paste -d ' ' /tmp/bytes - | awk -v at="$at" '
      function end() { if (NR > 1) print "store " at ": " text (more ? " " how more : "") }
      {
        entry = $1 $2 $3 $4 $5 $6 $7 $8 " " $9 $10 $11 $12 $13 $14 $15 $16
        next_one = NR > 1 && $17 == old + 1 && $18 == new + 1 && $17 < 281474976710656 && $18 < 281474976710656
        if (NR > 1 && entry == last && (!more || how == "*")) { how = "*"; more++ }
        else if (next_one && (!more || how == "+")) { how = "+"; more++ }
        else { end(); text = entry; more = 0 }
        last = entry; old = $17; new = $18
      }
      END { NR++; end() }'
  done
}

end() { for name in o s cow; do ! [ -e /dev/mapper/$name ] || dmsetup remove $name; done; }

dmesg -c >/dev/null
