import { shell } from '../transfer/shell.ts';

/** The key of what the container reports, one line of JSON in its log for each turn of an adapter. */
export const adapterMarker = 'kaito.adapter';

/**
 * Shell functions by which a container tells how its adapters are. `$RUN_DIR/said` holds what was said last of each.
 *
 * - `report NAME IMAGE STATE [MESSAGE [DIGEST [LINEAGE]]]` prints it where it is news; LINEAGE is JSON.
 * - `wordsOf FILE`: the last line that a program wrote; `refusalIn FILE`: why a server refused, by the body of its answer.
 */
export const reportFunctions = shell`# Text as JSON has it in a string.
escaped() {
  tr -d '\000-\010\013-\037' | tr '\n\t' '  ' | cut -c 1-600 | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/ *$//'
}

wordsOf() {
  grep -v '^ *$' "$1" 2>/dev/null | tail -n 1
}

refusalIn() {
  found=$(tr '\n' ' ' <"$1" | sed -nE 's/^.*"(message|detail)" *: *"(([^"\\]|\\.)*)".*$/\2/p' | sed -e 's/\\n/ /g' -e 's/\\"/"/g' -e 's/\\\\/\\/g')
  [ -n "$found" ] || found=$(head -c 300 "$1")
  [ -n "$found" ] || found="HTTP $status"
  printf '%s' "$found"
}

report() {
  line="{\"kaito.adapter\":{\"name\":\"$1\",\"image\":\"$(printf '%s' "$2" | escaped)\",\"state\":\"$3\""
  [ -z "$4" ] || line="$line,\"message\":\"$(printf '%s' "$4" | escaped)\""
  [ -z "$5" ] || line="$line,\"digest\":\"$5\""
  [ -z "$6" ] || line="$line,\"lineage\":$6"
  line="$line}}"
  [ "$line" != "$(cat "$RUN_DIR/said/$1" 2>/dev/null)" ] || return 0
  printf '%s\n' "$line" | tee "$RUN_DIR/said/$1"
}
`;
