import { fetchFunctions } from './fetch-functions.ts';
import { shell } from '../transfer/shell.ts';
import { reportFunctions } from './report-functions.ts';
import { serverFunctions } from './server-functions.ts';

/**
 * Keeps the adapters of a server that can load them while it runs (vLLM docs, "Dynamically serving LoRA Adapters") as the list says,
 * until it is told to end. The list, `$ADAPTER_LIST`, has a line for each: name, tab, image. Files lie in `$STORE_DIR/<name>/<digest>`,
 * so that the path tells which ones the server has; the server reads them under the same path. What was promised by being ready is in
 * `$RUN_DIR/serving`: the names that the pod began with, without those that were taken off the list, and all that were loaded since.
 * What fails is tried again, and is never in the way of the others.
 */
export const keepAdaptersScript = shell`
${fetchFunctions}
${reportFunctions}
${serverFunctions}

begin() {
  mkdir -p "$STORE_DIR" "$RUN_DIR/have" "$RUN_DIR/serving" "$RUN_DIR/loaded"
  rm -rf "$RUN_DIR/said" "$RUN_DIR/retry" "$RUN_DIR/tmp"
  mkdir -p "$RUN_DIR/said" "$RUN_DIR/retry" "$RUN_DIR/tmp"
  tmp=$RUN_DIR/tmp
  tab=$(printf '\t')
  child=
  trap '[ -z "$child" ] || kill "$child" 2>/dev/null; exit 0' TERM INT
}

# await JOB: a shell that waits hears that it is told to end, one that runs a program does not.
await() {
  child=$1
  wait "$child"
  code=$?
  child=
  return "$code"
}

# What is wanted now; a list that cannot be read says nothing.
readList() {
  [ -r "$ADAPTER_LIST" ] || return 1
  grep -E "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$tab[^[:space:]]+\$" "$ADAPTER_LIST" >"$tmp/wanted"
  if [ ! -f "$RUN_DIR/begun" ]; then
    for name in $(cut -f 1 "$tmp/wanted"); do : >"$RUN_DIR/serving/$name"; done
    : >"$RUN_DIR/begun"
  fi
}

isWanted() {
  cut -f 1 "$tmp/wanted" | grep -qxF "$1"
}

# due NAME KEY: whether it is time to try the key, which failed before or not.
due() {
  [ -f "$RUN_DIR/retry/$1" ] || return 0
  [ "$(sed -n 1p "$RUN_DIR/retry/$1")" = "$2" ] || return 0
  [ "$(date +%s)" -ge "$(sed -n 2p "$RUN_DIR/retry/$1")" ]
}

# putOff NAME KEY: tries again later, after pauses that grow to two minutes.
putOff() {
  pause=$PAUSE_SECONDS
  if [ -f "$RUN_DIR/retry/$1" ] && [ "$(sed -n 1p "$RUN_DIR/retry/$1")" = "$2" ]; then
    pause=$(($(sed -n 3p "$RUN_DIR/retry/$1") * 2))
  fi
  [ "$pause" -le 120 ] || pause=120
  printf '%s\n%s\n%s\n' "$2" "$(($(date +%s) + pause))" "$pause" >"$RUN_DIR/retry/$1"
}

hasFiles() {
  [ -f "$RUN_DIR/have/$1" ] && [ "$(sed -n 1p "$RUN_DIR/have/$1")" = "$2" ] && [ -d "$(sed -n 2p "$RUN_DIR/have/$1")" ]
}

# pull NAME IMAGE
pull() {
  hasFiles "$1" "$2" && return 0
  due "pull-$1" "$2" || return 1
  mkdir -p "$STORE_DIR/$1"
  fetchAdapter "$2" "$STORE_DIR/$1/new" "$tmp/fetched" 2>"$tmp/words" &
  await $! || {
    putOff "pull-$1" "$2"
    report "$1" "$2" Failed "$(wordsOf "$tmp/words")"
    return 1
  }
  digest=$(cat "$tmp/fetched.digest")
  folder=$STORE_DIR/$1/$(printf '%s' "$digest" | sed 's/^sha256://' | cut -c 1-16)
  if [ -d "$folder" ]; then rm -rf "$STORE_DIR/$1/new"; else mv "$STORE_DIR/$1/new" "$folder"; fi
  printf '%s\n%s\n%s\n%s\n' "$2" "$folder" "$digest" "$(cat "$tmp/fetched.lineage")" >"$tmp/have"
  mv "$tmp/have" "$RUN_DIR/have/$1"
  rm -f "$RUN_DIR/retry/pull-$1"
}

# isServed NAME FOLDER: whether the server has these very files under the name.
isServed() {
  root=$(awk -F '\t' -v name="$1" '$1 == name { print $2 }' "$tmp/models")
  [ -n "$root" ] || return 1
  [ "$root" != "$2" ] || return 0
  case $root in "$STORE_DIR"/*) return 1 ;; esac
  [ "$(cat "$RUN_DIR/loaded/$1" 2>/dev/null)" = "$2" ]
}

post() {
  ask POST "$1" "$2"
  [ "$status" = 200 ]
}

# load NAME FOLDER: in the place of what has the name, without a moment in which nothing has it where the server knows how to.
load() {
  post /v1/load_lora_adapter "{\"lora_name\":\"$1\",\"lora_path\":\"$2\",\"load_inplace\":true}" && return 0
  grep -q 'already been loaded' "$tmp/answer" || return 1
  post /v1/unload_lora_adapter "{\"lora_name\":\"$1\"}"
  post /v1/load_lora_adapter "{\"lora_name\":\"$1\",\"lora_path\":\"$2\"}" && return 0
  cp "$tmp/answer" "$tmp/refusal"
  before=$(cat "$RUN_DIR/loaded/$1" 2>/dev/null)
  [ -z "$before" ] || post /v1/load_lora_adapter "{\"lora_name\":\"$1\",\"lora_path\":\"$before\"}"
  cp "$tmp/refusal" "$tmp/answer"
  status=400
  return 1
}

# serve NAME IMAGE
serve() {
  folder=$(sed -n 2p "$RUN_DIR/have/$1")
  if ! isServed "$1" "$folder"; then
    due "load-$1" "$folder" || return 0
    if ! load "$1" "$folder"; then
      # A server that does not answer is starting, or gone.
      [ -n "$status" ] || return 0
      putOff "load-$1" "$folder"
      report "$1" "$2" Failed "cannot load $2: $(refusalIn "$tmp/answer")"
      return 0
    fi
  fi
  printf '%s\n' "$folder" >"$RUN_DIR/loaded/$1"
  : >"$RUN_DIR/serving/$1"
  rm -f "$RUN_DIR/retry/load-$1"
  loaded "$1" "$2"
}

# loaded NAME IMAGE: tells it, and forgets the files of before.
loaded() {
  report "$1" "$2" Loaded '' "$(sed -n 3p "$RUN_DIR/have/$1")" "$(sed -n 4p "$RUN_DIR/have/$1")"
  for other in "$STORE_DIR/$1"/*; do
    [ "$other" = "$(sed -n 2p "$RUN_DIR/have/$1")" ] || rm -rf "$other"
  done
}

# What lies below the store and is not wanted is taken out of the server, whoever put it in, and then off the disk.
unloadOthers() {
  while IFS=$tab read -r name root; do
    case $root in "$STORE_DIR"/*) ;; *) [ -f "$RUN_DIR/loaded/$name" ] || continue ;; esac
    isWanted "$name" || post /v1/unload_lora_adapter "{\"lora_name\":\"$name\"}"
  done <"$tmp/models"
}

forgetOthers() {
  for path in "$RUN_DIR/said"/* "$RUN_DIR/have"/*; do
    name=$(basename "$path")
    [ -f "$path" ] || continue
    isWanted "$name" && continue
    rm -rf "$STORE_DIR/$name" "$RUN_DIR/have/$name" "$RUN_DIR/loaded/$name" "$RUN_DIR/retry/pull-$name" "$RUN_DIR/retry/load-$name"
    report "$name" '' Unloaded
  done
  for path in "$RUN_DIR/serving"/*; do
    isWanted "$(basename "$path")" || rm -f "$path"
  done
}

round() {
  readList || return 0
  pulled=
  while IFS=$tab read -r name image <&4; do
    pull "$name" "$image" && pulled="$pulled $name"
  done 4<"$tmp/wanted"
  if servesHere; then
    # Before it is there nothing can be said of it.
    askModels || return 0
    while IFS=$tab read -r name image <&4; do
      case "$pulled " in *" $name "*) serve "$name" "$image" ;; esac
    done 4<"$tmp/wanted"
    unloadOthers
  else
    while IFS=$tab read -r name image <&4; do
      case "$pulled " in *" $name "*) loaded "$name" "$image" ;; esac
    done 4<"$tmp/wanted"
  fi
  forgetOthers
}

begin
while :; do
  round
  sleep "$POLL_SECONDS" &
  await $!
done
`;

/** Whether the server has all that the pod has promised. Asks the server itself: one that was started again has lost them. */
export const adaptersReadyScript = shell`
${serverFunctions}
tmp=$(mktemp -d "$RUN_DIR/probe.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
[ -f "$RUN_DIR/begun" ] || { echo 'the list of adapters was not read yet'; exit 1; }
if servesHere; then
  askModels || { echo 'the server does not answer'; exit 1; }
else
  ls "$RUN_DIR/have" >"$tmp/models"
fi
for path in "$RUN_DIR/serving"/*; do
  [ -f "$path" ] || continue
  name=$(basename "$path")
  cut -f 1 "$tmp/models" | grep -qxF "$name" || { echo "adapter $name is not loaded"; exit 1; }
done
`;
