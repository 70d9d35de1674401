# /dev/vda, /dev/vdb: legs, /dev/vdc: logs. Lines of standard input say which mirror is where: a number, its sectors,
# whether the log has an argument. Each mirror has 512 sectors of the legs and 64 of the logs.
resync() {
  create log --table "0 64 linear /dev/vdc $(($1 * 64))"
  if [ -n "$3" ]; then arguments="3 /dev/mapper/log 64 $3"; else arguments="2 /dev/mapper/log 64"; fi
  create m --table "0 $2 mirror disk $arguments 2 /dev/vda $(($1 * 512)) /dev/vdb $(($1 * 512))"
  in_sync
  status | cut -d' ' -f7,9,13
  dmsetup remove m; dmsetup remove log
}
