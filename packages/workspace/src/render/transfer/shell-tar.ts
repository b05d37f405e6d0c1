import { shell } from './shell.ts';

/**
 * Writes archives (POSIX.1-1988, ustar) byte by byte, since the tar of busybox can set neither time nor owner: equal files make equal archives.
 * - `tarHeader NAME SIZE TYPE` is the header of a file (0) or folder (5): time 0, owner 0. Names are ASCII, of up to 100 bytes; sizes below 8 GiB.
 * - `tarFile NAME FILE` is a whole entry; `tarEnd` ends the archive.
 *
 * Needs `basics`.
 */
export const tarFunctions = shell`zeros() { head -c "$1" /dev/zero; }

tarHeaderWith() {
  local name="$1" size="$2" type="$3" sum="$4" mode=0000644
  if [ "$type" = 5 ]; then mode=0000755; fi
  printf '%s' "$name"
  zeros "$((100 - \${#name}))"
  printf '%s\0000000000\0000000000\000%011o\00000000000000\000' "$mode" "$size"
  if [ -n "$sum" ]; then printf '%s\000 ' "$sum"; else printf '        '; fi
  printf '%s' "$type"
  zeros 100
  printf 'ustar\00000'
  zeros 247
}

tarHeader() {
  local sum
  # The sum of all bytes, with spaces in its own place.
  sum=$(tarHeaderWith "$1" "$2" "$3" '' | od -An -v -tu1 | awk '{ for (i = 1; i <= NF; i++) sum += $i } END { printf "%06o", sum }')
  tarHeaderWith "$1" "$2" "$3" "$sum"
}

tarFile() {
  local size
  size=$(stat -L -c %s "$2")
  [ "$size" -lt 8589934592 ] || fail 64 "cannot pack $2: it has $size bytes, and 8 GiB are allowed"
  tarHeader "$1" "$size" 0
  cat "$2"
  zeros "$(((512 - size % 512) % 512))"
}

tarEnd() { zeros 1024; }`;
