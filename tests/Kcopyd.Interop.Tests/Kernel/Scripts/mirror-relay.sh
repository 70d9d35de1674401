# Runs a mirror once: its table, a word, the number of its last sector. Prints its lines when it is in sync, and writes
# the word over and over to its first and its last sector.
relay() {
  create m --table "$1"
  in_sync
  for sector in 0 "$3"; do
    yes "$2" | dd of=/dev/mapper/m bs=512 count=1 iflag=fullblock oflag=direct seek="$sector" status=none
  done
  status; table
  dmsetup remove m
}
