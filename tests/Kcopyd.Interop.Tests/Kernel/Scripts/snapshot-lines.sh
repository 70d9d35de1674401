# Prints what the kernel says of snapshots of each kind while they fill: the status after so many exceptions.
origin=$(cat /sys/block/vda/size)

# filled COW-SECTORS TABLE COUNT...: writes to the first chunks of the origin, until there are so many exceptions.
filled() {
  cow "$1"; given=$2; echo "given: $given in $1"; shift 2
  chunk=$(echo "$given" | cut -d' ' -f7); done=0
  snapshot $given || { end; return; }
  echo "table: $(table s)"
  for count; do
    [ "$count" = "$done" ] || write o $((done * chunk)) $(((count - done) * chunk))
    done=$count
    echo "status $count: $(status s)"
  done
  echo "origin: $(status o)"
  end
}
for chunk in 1 8 16 32; do
  e=$((chunk * 32))
  for type in P PO N; do
    filled $(((e + 8) * chunk)) "0 $origin snapshot 254:0 253:0 $type $chunk" 0 1 2 $((e - 1)) $e $((e + 1)) $((e + 4))
  done
done
