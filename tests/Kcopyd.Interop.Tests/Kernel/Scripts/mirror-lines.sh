# /dev/vda, /dev/vdb, /dev/vdd: legs, /dev/vdc: log. Prints what the kernel says of each table.
legs="2 254:0 0 254:16 0"
while read -r line; do
  echo "given: $line"
  echo "$line" | sed "s/254:/$disks:/g" | create m || continue
  in_sync
  # The event of being in sync comes after the status that says so.
  case $line in *nosync*) ;; *) await '[ $(events) -gt 0 ]' ;; esac
  echo "status: $(status)"; echo "table: $(table)"; echo "events: $(events)"
  dmsetup remove m
done <<TABLES
0 4096 mirror core 1 512 $legs
0 4096 mirror core 2 512 sync $legs
0 4096 mirror core 2 512 nosync $legs
0 4096 mirror core 1 512 $legs 0
0 4096 mirror core 2 512 nosync $legs 1 handle_errors
0 4096 mirror core 2 512 nosync $legs 2 handle_errors keep_log
0 4096 mirror core 2 512 nosync $legs 2 keep_log handle_errors
0 4096 mirror core 2 512 nosync $legs 2 handle_errors handle_errors
0 4096 mirror core 2 512 nosync 3 254:0 0 254:16 0 254:48 512
0 4096 mirror core 2 512 nosync 9 254:0 0 254:0 0 254:0 0 254:0 0 254:0 0 254:0 0 254:0 0 254:0 0 254:0 0
0 4096 mirror core 2 4096 nosync $legs
0 4096 mirror core 2 2 nosync $legs
0 4000 mirror core 2 512 nosync $legs
0 4096 mirror disk 2 254:32 512 $legs
0 4096 mirror disk 3 254:32 512 nosync $legs
0 4096 mirror disk 3 254:32 512 sync $legs
0 4000 mirror disk 2 254:32 512 $legs
0 4096 mirror disk 3 254:32 512 nosync $legs 1 handle_errors
0 4096 mirror disk 3 254:32 512 sync $legs 2 handle_errors keep_log
TABLES
