import { shell } from './shell.ts';
import { addressFunctions } from './shell-address.ts';
import { basics } from './shell-basics.ts';
import { contentFunctions } from './shell-content.ts';

/** One request, and what came of it: `$STATUS`, `$TO` (where a redirect leads), `$REMOTE`, `$CURL` (curl's exit code) and `$WHY`. */
const request = shell`request() {
  local url="$1" report="$WORK/report"
  shift
  set -- -q -s -g --proto '=http,https' --connect-timeout 20 --speed-limit 1 --speed-time 60 \${PIN:+--resolve "$PIN"} "$@"
  set -- "$@" -w '%{stderr}status=%{http_code}\nto=%{redirect_url}\nremote=%{remote_ip}\ncurl=%{exitcode}\nwhy=%{errormsg}\n' --url "$url"
  curl "$@" 2> "$report" &
  child=$!
  wait "$child" || :
  child=
  STATUS=$(sed -n 's/^status=//p' "$report")
  TO=$(sed -n 's/^to=//p' "$report")
  REMOTE=$(sed -n 's/^remote=//p' "$report")
  CURL=$(sed -n 's/^curl=//p' "$report")
  WHY=$(sed -n 's/^why=//p' "$report")
}

# A second look at who has answered, should curl have understood the address otherwise than we do.
checkRemote() {
  if isProxied || [ -z "$REMOTE" ]; then return 0; fi
  if isInner "$REMOTE"; then
    WHY="it leads to $REMOTE, which is inside of the cluster or its machines; use a public address, or a volume"
    return 64
  fi
}

# Whether another try can help, by the status or curl's exit code.
judge() {
  case $STATUS in
    408 | 425 | 429 | 5??) WHY="HTTP $STATUS" && return 1 ;;
    4??) WHY="HTTP $STATUS" && return 64 ;;
  esac
  WHY=\${WHY:-curl ended with exit code $CURL}
  return 1
}`;

/** Follows redirects to `$LOCATION` one at a time, since each has to be judged before it is followed. Of the bodies nothing is read. */
const follow = shell`follow() {
  local hops=0
  LOCATION=$1
  while :; do
    checkLocation "$LOCATION" || return "$?"
    mkfifo "$WORK/body"
    head -c 1 < "$WORK/body" > /dev/null &
    reader=$!
    request "$LOCATION" -o "$WORK/body"
    # It waits still where there was no body.
    kill "$reader" 2> /dev/null || :
    wait "$reader" 2> /dev/null || :
    reader=
    rm -f "$WORK/body"
    checkRemote || return "$?"
    case $STATUS in
      2??) return 0 ;;
      30[12378]) ;;
      *) judge || return "$?" ;;
    esac
    [ -n "$TO" ] || { WHY="HTTP $STATUS, but it does not say where to" && return 64; }
    hops=$((hops + 1))
    [ "$hops" -le 10 ] || { WHY='it redirects more than 10 times' && return 64; }
    LOCATION=$TO
  done
}`;

/**
 * `transfer URL SUM` brings one file to `$PART`, going on where it stopped: only what is the same file still, by its ETag or date (RFC 9110, If-Range); without
 * either only when a checksum will tell. 64 when trying again cannot help, 1 otherwise, with `$WHY`.
 */
const transfer = shell`validator() {
  local tag
  # A weak one does not promise the same bytes.
  tag=$(sed -n 's/^[Ee][Tt][Aa][Gg]: *\("[^"]*"\).*$/\1/p' "$WORK/headers" | tail -n 1)
  [ -n "$tag" ] || tag=$(sed -n 's/^[Ll][Aa][Ss][Tt]-[Mm][Oo][Dd][Ii][Ff][Ii][Ee][Dd]: *//p' "$WORK/headers" | tr -d '\r' | tail -n 1)
  printf '%s' "$tag"
}

transfer() {
  local url="$1" sum="$2" had=0 same
  follow "$url" || return "$?"
  same=$(cat "$PART.same" 2> /dev/null) || :
  if [ -z "$same$sum" ]; then rm -f "$PART"; fi
  if [ -e "$PART" ]; then had=$(stat -c %s "$PART"); fi
  : > "$WORK/headers"
  request "$LOCATION" -f -C - -o "$PART" -D "$WORK/headers" --max-filesize "$MAX_BYTES" \${same:+-H "If-Range: $same"}
  if [ "$STATUS" = 200 ] || [ "$STATUS" = 206 ]; then validator > "$PART.same"; fi
  checkRemote || { rm -f "$PART" && return 64; }
  case $CURL:$STATUS in
    0:200 | 0:206) ;;
    63:*) WHY="it is larger than the $MAX_BYTES bytes that are allowed" && return 64 ;;
    33:* | *:416 | 0:*)
      # It cannot be gone on with, or is another file now.
      rm -f "$PART" "$PART.same"
      WHY="it could not be gone on with (HTTP $STATUS)"
      return 1
      ;;
    *) judge || return "$?" ;;
  esac
  accept "$sum" "$had"
}

accept() {
  local sum="$1" had="$2" actual
  [ -s "$PART" ] || { WHY='it is empty' && return 64; }
  if head -c 512 "$PART" | tr -d ' \t\r\n\000\357\273\277' | tr '[:upper:]' '[:lower:]' | grep -aEq '^(<!doctypehtml|<html)'; then
    rm -f "$PART"
    WHY='it is a web page (HTML), not data; give the address of the file itself'
    return 64
  fi
  if [ -z "$sum" ]; then return 0; fi
  actual=$(sha256sum "$PART" | cut -d ' ' -f 1)
  if [ "$actual" = "$sum" ]; then return 0; fi
  rm -f "$PART" "$PART.same"
  WHY="its SHA-256 is $actual, not $sum"
  # Parts of two versions of a file: once more, from the beginning.
  if [ "$had" -gt 0 ]; then return 1; fi
  return 64
}`;

/** Four workers, each with every fourth of the files; the first failure ends them all. */
const workers = shell`# What a message shows of an address: no account, and no query, which may be a signature.
shown() { printf '%s' "$1" | sed 's/[?#].*//; s|://[^/@]*@|://|'; }

giveUp() {
  # Only the first one is kept.
  (set -C && printf '%s\n%s' "$1" "$2" > "$SCRATCH/failure") 2> /dev/null || :
  exit 1
}

download() {
  local url="$1" sum="$2" name="$3" try=0 code size last=0
  PART=$DATA_DIR/.kaito-part/$name
  # It got its name only once it was whole.
  if [ -e "$DATA_DIR/$name" ]; then return 0; fi
  while :; do
    code=0
    transfer "$url" "$sum" || code=$?
    if [ "$code" -eq 0 ]; then break; fi
    if [ "$code" -ne 1 ]; then giveUp "$code" "cannot download $(shown "$url"): $WHY"; fi
    size=$(stat -c %s "$PART" 2> /dev/null) || size=0
    # A connection that breaks again and again gets there too, as long as more comes each time.
    if [ "$size" -gt "$last" ]; then try=0; fi
    last=$size try=$((try + 1))
    say "cannot download $(shown "$url"): $WHY, after $size bytes; trying again"
    again "$try" || giveUp 1 "cannot download $(shown "$url"): $WHY"
  done
  mv "$PART" "$DATA_DIR/$name"
  rm -f "$PART.same"
}

worker() {
  local number="$1" url sum
  WORK=$SCRATCH/worker-$number child= reader=
  mkdir "$WORK"
  trap 'kill $child $reader 2> /dev/null; exit 143' TERM
  while [ "$number" -le "$count" ]; do
    url=$(sed -n "\${number}p" "$SCRATCH/urls")
    sum=
    case $url in *'#sha256='*) sum=$(printf '%s' "\${url##*#sha256=}" | tr '[:upper:]' '[:lower:]') ;; esac
    download "\${url%%#*}" "$sum" "$(sed -n "\${number}p" "$SCRATCH/names")"
    number=$((number + 4))
  done
}

# Ends the workers when one has failed, or when all together are too much.
watch() {
  while :; do
    if [ "$(find "$DATA_DIR" -type f -exec stat -c %s {} + 2> /dev/null | awk '{ sum += $1 } END { printf "%.0f", sum }')" -gt "$MAX_BYTES" ]; then
      (giveUp 64 "cannot download the training data: all files together are larger than the $MAX_BYTES bytes that are allowed") || :
    fi
    if [ -e "$SCRATCH/failure" ]; then
      kill $pids 2> /dev/null || :
      return
    fi
    sleep 0.2
  done
}`;

/** Names of files by which the trainer knows their format: the last part of the path, without what shells and file systems might misread, and each once. */
const names = shell`nameOf() {
  local path="\${1%%[?#]*}"
  path=\${path#*://}
  case $path in */*) path=\${path##*/} ;; *) path= ;; esac
  path=$(printf '%s' "$path" | tr -c 'A-Za-z0-9._-' '_' | sed 's/^.*\(.\{120\}\)$/\1/; s/^[.-]*//')
  printf '%s' "\${path:-data}"
}

listFiles() {
  local url name number=0
  printf '%s\n' "$DATA_URLS" | tr -d '\r' | sed 's/^[[:space:]]*//; s/[[:space:]]*$//; /^$/d' > "$SCRATCH/urls"
  : > "$SCRATCH/names"
  while IFS= read -r url; do
    number=$((number + 1))
    case $url in *'#sha256='*)
      printf '%s' "\${url##*#sha256=}" | grep -Eiqx '[0-9a-f]{64}' || fail 64 "cannot download $(shown "$url"): #sha256= must be followed by 64 hexadecimal digits"
      ;;
    esac
    name=$(nameOf "$url")
    while grep -Fxq -e "$name" "$SCRATCH/names"; do name=$number-$name; done
    printf '%s\n' "$name" >> "$SCRATCH/names"
  done < "$SCRATCH/urls"
  count=$number
  [ "$count" -gt 0 ] || fail 64 'cannot download the training data: no address is given; see tuning.input.urls'
}`;

/**
 * Downloads the files of `$DATA_URLS` (one address a line, `<url>` or `<url>#sha256=<hex>`) to `$DATA_DIR`, which is ours. A file has its name there once it is
 * whole; a step that runs again fetches what is missing. Ends with `cannot download <url>: …`.
 */
export const dataUrlsScript = [
  basics,
  contentFunctions,
  addressFunctions,
  request,
  follow,
  transfer,
  workers,
  names,
  shell`scratch "$(mktemp -d)"
mkdir -p "$DATA_DIR/.kaito-part"
listFiles
pids=
trap 'kill $pids $watcher 2> /dev/null; exit 143' TERM INT
for number in 1 2 3 4; do
  (worker "$number") &
  pids="$pids $!"
done
watch &
watcher=$!
failed=
for pid in $pids; do wait "$pid" || failed=yes; done
kill "$watcher" 2> /dev/null || :
wait "$watcher" 2> /dev/null || :
if [ -e "$SCRATCH/failure" ]; then fail "$(head -n 1 "$SCRATCH/failure")" "$(tail -n 1 "$SCRATCH/failure")"; fi
[ -z "$failed" ] || fail 1 'cannot download the training data: a download was ended from outside'
rm -rf "$DATA_DIR/.kaito-part"
[ "$(measure "$DATA_DIR" | cut -d ' ' -f 2)" -le "$MAX_BYTES" ] || fail 64 "cannot download the training data: all files together are larger than the $MAX_BYTES bytes that are allowed"
finishData`,
].join('\n\n');
