# /dev/vda, /dev/vdb: legs, the second of which never finishes a write, /dev/vdc: log that says all are clean. (With
# nosync there would be new clean marks, and before it marks a region the kernel would wait for a flush of that leg.)
# Prints of how many sectors a write of the log is, and "now" when writes of regions 2 and 5 are on their way.
create slow --table "0 4096 delay /dev/vdb 0 0 /dev/vdb 0 600000"
create m --table "0 4096 mirror disk 2 /dev/vdc 512 2 /dev/vda 0 /dev/mapper/slow 0"
for region in 2 5; do
  yes new | dd of=/dev/mapper/m bs=4096 count=1 iflag=fullblock oflag=direct seek=$((region * 64)) &
done
await '[ $(bits /dev/vdc) = db ]'
# Until the other leg has the data.
for region in 2 5; do
  await "dd if=/dev/vda iflag=direct bs=4096 count=1 skip=$((region * 64)) status=none | grep -q new"
done
# Sectors written by writes that are no flushes.
awk '{ print $7 / ($5 - $16) }' /sys/block/vdc/stat
status
echo now
wait
