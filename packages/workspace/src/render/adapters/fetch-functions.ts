import { shell } from '../transfer/shell.ts';
import { basics } from '../transfer/shell-basics.ts';
import { registryFunctions } from '../transfer/shell-registry.ts';
import { unpackFunctions } from '../transfer/shell-unpack.ts';

/**
 * Shell function `fetchAdapter IMAGE FOLDER RESULT`: brings the files of an adapter out of its image, and leaves in `RESULT.digest` the
 * digest of the image and in `RESULT.lineage` from what the adapter was made, as JSON: by the annotations of the manifest, or else by its
 * own `lineage.json`; empty where neither says so. FOLDER must be below `$STORE_DIR`. Ends the process, whose last line says why, where it
 * fails: it has to run as a job (`fetchAdapter … &`), for only there the shell ends at the first command that fails.
 */
export const fetchFunctions = shell`${basics}
set +eu
${registryFunctions}

${unpackFunctions}

fetchAdapter() {
  set -eu
  child=
  trap 'kill $child 2> /dev/null; exit 143' TERM INT
  # Whoever calls tries again.
  RETRIES=2
  scratch "$STORE_DIR/.scratch"
  unpackImage "$1" "$SCRATCH/adapter" "$MAX_BYTES"
  for file in adapter_config.json adapter_model.safetensors; do
    [ -f "$SCRATCH/adapter/$file" ] || fail 64 "cannot use $1: it has no file /data/$file"
  done
  lineageOf "$SCRATCH/adapter" >"$3.lineage"
  printf '%s\n' "$IMAGE_DIGEST" >"$3.digest"
  rm -rf "$2"
  mv "$SCRATCH/adapter" "$2"
}

lineageOf() {
  ofManifest '{{with .content.annotations}}{{with index . "sh.kaito.lineage.base"}}{{.}}{{end}}
{{with index . "sh.kaito.lineage.data"}}{{.}}{{end}}
{{with index . "sh.kaito.lineage.config"}}{{.}}{{end}}
{{with index . "sh.kaito.lineage.workspace"}}{{.}}{{end}}
{{end}}' >"$SCRATCH/annotations"
  number=0 lineage=
  for part in base data config workspace; do
    number=$((number + 1))
    value=$(sed -n "\${number}p" "$SCRATCH/annotations")
    if [ -z "$value" ] && [ -f "$1/lineage.json" ]; then
      value=$(tr '\n' ' ' <"$1/lineage.json" | sed -n "s/^.*\"$part\" *: *\"\([^\"\\\\]*\)\".*/\1/p")
    fi
    [ -z "$value" ] || lineage="$lineage,\"$part\":$(json "$value")"
  done
  [ -z "$lineage" ] || printf '{%s}\n' "\${lineage#,}"
}
`;
