/*
 * Shell of the transfers. It runs under busybox, dash and bash, and takes everything that users wrote from its environment. The kubelet makes `$` of two of
 * them and puts a variable's value where $(NAME) stands (Kubernetes docs, "Define Dependent Environment Variables"), so neither may occur.
 */

import { shell } from './shell.ts';

/** The exit code by which a step says that trying again cannot help; the Job's podFailurePolicy ends the Job on it. */
export const hopelessExitCode = 64;

/**
 * What every script begins with.
 * - `fail CODE TEXT…` ends the script: one line on stderr, which is the termination message too.
 * - `succeed JSON` leaves a result as the termination message and on stdout.
 * - `scratch FOLDER` makes it anew as `$SCRATCH`, and removes it at the end.
 * - `json TEXT` is the text as a JSON string; `again TRY` waits before another try, and is false when there were enough.
 *
 * `TERMINATION_LOG`, `RETRIES` and `RETRY_SECONDS` are for tests; no container is given them.
 */
export const basics = shell`set -eu
umask 022
export LC_ALL=C
TERMINATION_LOG=\${TERMINATION_LOG:-/dev/termination-log}
# A shell that waits for a job hears that it is to end; one that runs a program does not.
child=
trap 'kill $child 2> /dev/null; exit 143' TERM INT

say() { printf '%s\n' "$*" >&2; }

fail() {
  local code="$1" text
  shift
  text=$(printf '%s' "$*" | tr '\n\r\t' '   ' | cut -c1-1500)
  say "$text"
  # Who runs this by hand has no such file.
  printf '%s' "$text" 2>/dev/null > "$TERMINATION_LOG" || :
  exit "$code"
}

succeed() {
  printf '%s\n' "$1"
  printf '%s' "$1" 2>/dev/null > "$TERMINATION_LOG" || :
}

scratch() {
  SCRATCH=$1
  rm -rf "$SCRATCH"
  mkdir -p "$SCRATCH"
  trap 'rm -rf "$SCRATCH"' EXIT
}

json() { printf '"%s"' "$(printf '%s' "$1" | tr '\n\r\t' '   ' | tr -d '\000-\037' | sed 's/[\\"]/\\&/g')"; }

again() {
  [ "$1" -lt "\${RETRIES:-6}" ] || return 1
  sleep "$((\${RETRY_SECONDS:-1} * (1 << ($1 - 1))))"
}`;
