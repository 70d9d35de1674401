# Prints what the kernel makes of lengths that do not fit each other: each step and what comes of it.
now() { echo "status: $(status "${1:-s}")"; }
# sectors FIRST COUNT: the first two bytes of sectors of the store.
sectors() {
  dd if=/dev/mapper/cow iflag=direct,skip_bytes bs=$(($2 * 512)) count=1 skip=$(($1 * 512)) status=none |
    xxd -p -c 512 | cut -c1-4 | tr '\n' ' '; echo
}
filled() {
  create cow --table "0 $1 linear /dev/vdb 0"
  yes Q | dd of=/dev/mapper/cow bs=$(($1 * 512)) count=1 iflag=fullblock oflag=direct status=none
  forget
}
on() { create s --table "0 $2 snapshot $1 /dev/mapper/cow P $3"; create o --table "0 $4 snapshot-origin $1"; }

for length in 20 24; do
  echo "== a snapshot of $length sectors"; filled 80; on /dev/vda $length 8 4096
  for write in "21 1" "24 8" "12 1" "19 1"; do step write o $write new; now; done
  store 8 1; end
done

echo "== an origin of 100 sectors"; filled 160
create short --table "0 100 linear /dev/vda 0"; on /dev/mapper/short 100 16 100
step write o 98 1 new; now; sectors 32 16; end
filled 160; on /dev/mapper/short 100 16 100
step write s 96 4 all; now; step write s 0 1 first; now; sectors 32 16; dmsetup remove o; dmsetup remove s
create s --table "0 100 snapshot-merge /dev/mapper/short /dev/mapper/cow P 16"
await 'dmsetup status s | grep -q " 32/160 32"'; now; step read_ s 99; step read_ short 99; step read_ short 0
end; dmsetup remove short

echo "== an origin that was there before its snapshot"; filled 800
create o --table "0 4096 snapshot-origin /dev/vda"; create s --table "0 4096 snapshot /dev/vda /dev/mapper/cow P 8"
step write o 80 32 new; now
dmsetup suspend o; dmsetup resume o
step write o 160 32 new; now; store 8 1; end

echo "== two snapshots"; filled 800; create more --table "0 800 linear /dev/vdc 0"
dd if=/dev/zero of=/dev/mapper/more bs=512 count=1 oflag=direct status=none
create s --table "0 4096 snapshot /dev/vda /dev/mapper/cow P 8"
create t --table "0 2048 snapshot /dev/vda /dev/mapper/more N 16"
create o --table "0 4096 snapshot-origin /dev/vda"
for write in "8 8" "0 4" "4 8" "100 30" "2044 8" "3000 8"; do step write o $write new; now; now t; done
step write s 200 8 own; step write o 200 16 new; now; now t
store 8 1; dmsetup remove o; dmsetup remove t; end; dmsetup remove more
