import { shell } from './shell.ts';

/**
 * What a folder holds.
 * - `filesOf FOLDER COMMAND…` gives its files to a command, as find does. Links are followed, since the files of ConfigMaps are links; what begins with two
 *   dots is their machinery, and lost+found that of file systems. Our own partial files are passed over.
 * - `digestOf FOLDER` is `sha256:…` of names and contents: the same for the same data, however it came.
 * - `finishData` looks at `$DATA_DIR`, writes `$RUN_DIR/data.digest` and ends well with digest, number of files and bytes.
 *
 * Needs `basics`.
 */
export const contentFunctions = shell`filesOf() {
  local folder="$1"
  shift
  (cd "$folder" && find -L . \( -name '..?*' -o -name lost+found -o -name '.kaito*' \) -prune -o -type f -exec "$@" {} +)
}

digestOf() {
  local list
  # A file that cannot be read must not leave a digest of the others.
  list=$(filesOf "$1" sha256sum) || return 1
  printf 'sha256:%s' "$(printf '%s\n' "$list" | sort | sha256sum | cut -d ' ' -f 1)"
}

measure() { filesOf "$1" stat -L -c %s | awk '{ sum += $1 } END { printf "%d %.0f", NR, sum }'; }

finishData() {
  local measured digest
  measured=$(measure "$DATA_DIR")
  if [ "\${measured%% *}" -eq 0 ]; then fail 64 "cannot use the training data: there is no file in it; check tuning.input"; fi
  digest=$(digestOf "$DATA_DIR") || fail 64 "cannot use the training data: a file of it cannot be read; user $(id -u) must be able to"
  printf '%s' "$digest" > "$RUN_DIR/data.digest.part"
  mv "$RUN_DIR/data.digest.part" "$RUN_DIR/data.digest"
  succeed "{\"digest\":\"$digest\",\"files\":\${measured%% *},\"bytes\":\${measured##* }}"
}`;
