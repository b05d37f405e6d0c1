import { shell } from '../transfer/shell.ts';

/**
 * Shell functions that talk to the server of the pod, `$SERVER` (http://host:port). `$tmp` is a folder of the process's own.
 *
 * - `ask METHOD PATH [JSON]` leaves the status in `$status`, empty when there was no answer, and the body in `$tmp/answer`. The image has
 *   busybox, whose wget keeps the body of a refusal to itself, so its nc is used; where nc is another one, curl.
 * - `askModels` writes to `$tmp/models` what the server serves, a line each: name, tab, where from (vLLM docs, GET /v1/models: `id` and
 *   `root`). Fails while there is no server.
 * - `servesHere`: of pods that serve a copy together only the first has the API.
 */
export const serverFunctions = shell`ask() {
  : >"$tmp/answer"
  if nc --help 2>&1 | grep -q BusyBox; then
    askPlainly "$@"
  else
    status=$(curl -s -o "$tmp/answer" -w '%{http_code}' --max-time 300 -X "$1" -H 'Content-Type: application/json' -d "$3" "$SERVER$2") || status=
  fi
}

askPlainly() {
  address=$(printf '%s' "$SERVER" | sed 's,^http://,,')
  rm -f "$tmp/request"
  mkfifo "$tmp/request"
  # Open for reading and writing: a server that sees the end of what is asked may hang up before it answers.
  exec 3<>"$tmp/request"
  printf '%s %s HTTP/1.0\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %s\r\n\r\n%s' \
    "$1" "$2" "$address" "$(printf '%s' "$3" | wc -c | tr -d ' ')" "$3" >&3
  timeout 300 nc $(printf '%s' "$address" | tr ':' ' ') <&3 >"$tmp/raw" 2>/dev/null
  exec 3>&-
  status=$(sed -n '1s,^HTTP/[0-9.]* \([0-9]*\).*,\1,p' "$tmp/raw")
  sed '1,/^.\{0,1\}$/d' "$tmp/raw" >"$tmp/answer"
}

askModels() {
  ask GET /v1/models ''
  [ "$status" = 200 ] || return 1
  tr '{},' '\n\n\n' <"$tmp/answer" |
    sed -n -e 's/^ *"id" *: *"\([^"]*\)".*/id \1/p' -e 's/^ *"root" *: *"\([^"]*\)".*/root \1/p' |
    awk '$1 == "id" && $2 !~ /^modelperm-/ { id = $2 } $1 == "root" && id != "" { print id "\t" $2; id = "" }' >"$tmp/models"
}

servesHere() {
  [ -z "$PODS_PER_COPY" ] || [ $((POD_INDEX % PODS_PER_COPY)) = 0 ]
}
`;
