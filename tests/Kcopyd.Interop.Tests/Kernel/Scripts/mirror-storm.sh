# /dev/vda, /dev/vdb: legs, /dev/vdc: log that says all are clean; 64 regions of 64 sectors, 8 blocks of 4 KiB. Prints
# "slow" when writes of regions 40, 51 and 63 are on their way that never end, as the second half of the second leg
# finishes no write, though flushes go through it. Then two writers go through 16 regions each until the power is cut,
# and print the block and the number when that is flushed. The last block of a region is never written.
create slow <<TABLE
0 2048 linear /dev/vdb 0
2048 2048 delay /dev/vdb 2048 0 /dev/vdb 2048 600000 /dev/vdb 2048 0
TABLE
create m --table "0 4096 mirror disk 2 /dev/vdc 64 2 /dev/vda 0 /dev/mapper/slow 0"
write() { yes "$2" | dd of=/dev/mapper/m bs=4096 count=1 iflag=fullblock oflag=direct conv=fsync status=none seek="$1"; }
for region in 40 51 63; do
  write $((region * 8)) slow &
  await "dd if=/dev/vda iflag=direct bs=4096 count=1 skip=$((region * 8)) status=none | grep -q slow"
done
echo slow
storm() {
  for number in $(seq 100000); do
    block=$((($1 * 16 + number * 7 % 16) * 8 + number % 7))
    write $block "$number"
    echo "$block $number"
  done
}
storm 0 & storm 1 &
wait
