# Runs a mirror once and copies all that it holds: a device for that, the words of its table. Prints its lines when it is
# in sync.
read_back() {
  copy=$1; shift
  create m --table "$*"
  in_sync
  dd if=/dev/mapper/m of="$copy" bs=64k iflag=direct conv=fsync status=none
  status; table
  dmsetup remove m
}
