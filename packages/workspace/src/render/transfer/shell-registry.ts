import { shell } from './shell.ts';

/**
 * Talks to registries by oras.
 * - `imageName IMAGE` is its name with registry and tag, as container runtimes complete it; `repositoryOf NAME` is that without tag and digest.
 * - `tryOras ARGUMENTS…` asks once, with the credentials in `$AUTH_FILE`: the answer is in `$SCRATCH/answer`; 64 when the registry refuses, 1 when another try
 *   may help. `askOras` is the same with tries and waits between them. `$WORDS` is what was said.
 * - `findImage IMAGE` looks for credentials that let it be pulled: none, then each file of `$PULL_AUTH_DIR`. Sets `$NAME`, `$AUTH_FILE`, `$IMAGE_DIGEST`; ends
 *   the script with `cannot pull <image>: …` when there are none.
 * - `fetchManifest IMAGE` after that: the manifest for linux/amd64 as `$MANIFEST` (repository@digest); `ofManifest TEMPLATE` prints of it by a Go template;
 *   `annotation KEY` is one of its annotations, or nothing.
 */
export const registryFunctions = shell`imageName() {
  local name="$1"
  case $name in
    */*) case \${name%%/*} in *.* | *:* | localhost) ;; *) name=docker.io/$name ;; esac ;;
    *) name=docker.io/library/$name ;;
  esac
  case \${name##*/} in *@* | *:*) ;; *) name=$name:latest ;; esac
  printf '%s' "$name"
}

repositoryOf() {
  local name="\${1%%@*}"
  case \${name##*/} in *:*) name=\${name%:*} ;; esac
  printf '%s' "$name"
}

tryOras() {
  local told="$SCRATCH/told" code=0
  oras "$@" --registry-config "$AUTH_FILE" > "$SCRATCH/answer" 2> "$told" &
  child=$!
  wait "$child" || code=$?
  child=
  if [ "$code" -eq 0 ]; then return 0; fi
  WORDS=$(sed -n 's/^Error: //p; s/^Error response from registry: //p' "$told" | head -n 1)
  WORDS=\${WORDS:-$(tail -n 1 "$told")}
  if grep -Eiq 'status code (400|401|403|404|405|413)|unauthorized|denied|forbidden|not found|unknown|invalid reference|x509|unsupported|path traversal' "$told"; then return 64; fi
  return 1
}

askOras() {
  local try=0 code
  while :; do
    code=0
    tryOras "$@" || code=$?
    [ "$code" -eq 1 ] || return "$code"
    try=$((try + 1))
    say "$WORDS; trying again"
    again "$try" || return 1
  done
}

findImage() {
  local try=0 code file hopeless said
  NAME=$(imageName "$1")
  printf '{}' > "$SCRATCH/anonymous.json"
  while :; do
    hopeless=64 said=
    for file in "$SCRATCH/anonymous.json" "\${PULL_AUTH_DIR:-/nonexistent}"/*.json; do
      [ -f "$file" ] || continue
      AUTH_FILE=$file code=0
      tryOras resolve "$NAME" || code=$?
      if [ "$code" -eq 0 ]; then
        IMAGE_DIGEST=$(cat "$SCRATCH/answer")
        return
      fi
      [ "$code" -eq 64 ] || hopeless=1
      # A file without credentials for this registry has nothing to add to what was said before.
      case $WORDS in *'credential not found'*) said=\${said:-$WORDS} ;; *) said=$WORDS ;; esac
    done
    try=$((try + 1))
    if [ "$hopeless" -eq 64 ] || ! again "$try"; then fail "$hopeless" "cannot pull $1: $said"; fi
  done
}

ofManifest() {
  askOras manifest fetch "$MANIFEST" --format go-template --template "$1" || fail "$?" "cannot pull $MANIFEST: $WORDS"
  cat "$SCRATCH/answer"
}

fetchManifest() {
  local children chosen
  MANIFEST=$(repositoryOf "$NAME")@$IMAGE_DIGEST
  children=$(ofManifest '{{range .content.manifests}}{{with .platform}}{{.os}}/{{.architecture}}{{end}} {{.digest}}{{"\n"}}{{end}}')
  [ -n "$children" ] || return 0
  chosen=$(printf '%s\n' "$children" | sed -n 's|^linux/amd64 ||p' | head -n 1)
  [ -n "$chosen" ] || fail 64 "cannot pull $1: it is not made for linux/amd64"
  MANIFEST=$(repositoryOf "$NAME")@$chosen
}

annotation() { ofManifest "{{with .content.annotations}}{{with index . \"$1\"}}{{.}}{{end}}{{end}}"; }`;
