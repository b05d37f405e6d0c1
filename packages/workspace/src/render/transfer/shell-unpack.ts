import { shell } from './shell.ts';
import { tarFunctions } from './shell-tar.ts';

/**
 * `unpackImage IMAGE FOLDER MAX_BYTES` puts the files that an image has below /data into FOLDER, whole or not at all: what was there goes. `$SCRATCH` must be on
 * the same file system. The layers are laid over each other as container runtimes do (OCI image specification, "Image Layer Filesystem Changeset"), so that
 * neither a shell in the image nor a container runtime is needed. Sets what `findImage` and `fetchManifest` set. Nobody vouches for the image: names that lead
 * out of it, links and devices, and more than MAX_BYTES bytes end the script with `cannot use <image>: …` and exit code 64.
 *
 * Needs `basics` and `registryFunctions`.
 */
export const unpackFunctions = shell`${tarFunctions}

maxEntries=100000

openLayer() { case $LAYER_FORM in gzip) gzip -dc "$SCRATCH/layer" ;; *) cat "$SCRATCH/layer" ;; esac; }

# Bytes of the files below a folder.
bytesOf() { find "$1" -type f -exec stat -c %s {} + | awk '{ sum += $1 } END { printf "%.0f", sum }'; }

fetchLayer() {
  local image="$1" digest="$2" size="$3"
  askOras blob fetch --output "$SCRATCH/layer" "\${MANIFEST%@*}@$digest" || fail "$?" "cannot pull $image: $WORDS"
  [ "$(stat -c %s "$SCRATCH/layer")" -eq "$size" ] || fail 64 "cannot use $image: its layer $digest is not of the size that its manifest says"
  case $(od -An -v -tx1 -N4 "$SCRATCH/layer" | tr -d ' \n') in
    1f8b*) LAYER_FORM=gzip ;;
    28b52ffd) fail 64 "cannot use $image: its layers are compressed by zstd; build it with gzip" ;;
    *) LAYER_FORM=tar ;;
  esac
}

# The layer, after folders of the names that are asked for: tar fails on a name that it does not find.
withData() {
  tarHeader data/ 0 5
  tarHeader ./data/ 0 5
  openLayer
}

# The files of the layer below /data, in $SCRATCH/upper/data.
openData() {
  local image="$1" limit="$2" odd told="$SCRATCH/told"
  rm -rf "$SCRATCH/upper"
  mkdir "$SCRATCH/upper"
  openLayer | tar -tf - > "$SCRATCH/names" 2> "$told" || fail 64 "cannot use $image: one of its layers is no tar archive: $(head -n 1 "$told")"
  [ "$(wc -l < "$SCRATCH/names")" -le "$maxEntries" ] || fail 64 "cannot use $image: a layer has more than $maxEntries files"
  # One tar shows such names, the other says that it shortens them.
  odd=$(grep -hE '^/|(^|/)\.\.(/|$)' "$SCRATCH/names" || grep -i 'removing leading .* from member names' "$told") || :
  [ -z "$odd" ] || fail 64 "cannot use $image: it has names that lead out of it: $(printf '%s\n' "$odd" | head -n 1)"
  if [ "$(withData | tar -xOf - data ./data 2> "$told" | head -c "$((limit + 1))" | wc -c)" -gt "$limit" ]; then
    fail 64 "cannot use $image: it has more than $limit bytes in /data"
  fi
  withData | tar -xof - -C "$SCRATCH/upper" data ./data 2> "$told" || fail 64 "cannot use $image: $(head -n 1 "$told")"
  find "$SCRATCH/upper" -type d -exec chmod u+rwx {} \;
  # Of hard links too: not every tar keeps their other ends inside.
  odd=$(
    find "$SCRATCH/upper" \( ! -type f ! -type d \) -o -name '*[[:cntrl:]]*' | head -n 1
    find "$SCRATCH/upper" -type f -exec stat -c '%h %n' {} + | sed '/^1 /d; s/^[0-9]* //' | head -n 1
  )
  [ -z "$odd" ] || fail 64 "cannot use $image: \${odd#"$SCRATCH"/upper} is a link, a device or strangely named; only plain files can be used"
  find "$SCRATCH/upper" -type f -exec chmod u+rw {} +
  [ -d "$SCRATCH/upper/data" ] || fail 64 "cannot use $image: its /data is no folder"
}

# Takes away from the layers below what this one says is gone.
applyWhiteouts() {
  local lower="$SCRATCH/data" mark at name
  if grep -Eq '^(\./)?\.wh\.(data|\.wh\.\.opq)$' "$SCRATCH/names"; then
    rm -rf "$lower"
    mkdir "$lower"
  fi
  (cd "$SCRATCH/upper/data" && find . -name '.wh.*') | while IFS= read -r mark; do
    at=$lower/\${mark%/*}
    name=\${mark##*/.wh.}
    rm -rf "$SCRATCH/upper/data/$mark"
    case $name in
      .wh..opq) if [ -d "$at" ]; then find "$at" -mindepth 1 -maxdepth 1 -exec rm -rf {} +; fi ;;
      '' | . | ..) ;;
      *) rm -rf "\${at:?}/$name" ;;
    esac
  done
}

layOver() {
  local upper="$SCRATCH/upper/data" lower="$SCRATCH/data" path
  (cd "$upper" && find . -type d) | while IFS= read -r path; do
    if [ ! -d "$lower/$path" ]; then
      rm -f "$lower/$path"
      mkdir "$lower/$path"
    fi
  done
  (cd "$upper" && find . -type f) | while IFS= read -r path; do
    if [ -d "$lower/$path" ]; then rm -rf "\${lower:?}/$path"; fi
    mv -f "$upper/$path" "$lower/$path"
  done
}

unpackImage() {
  local image="$1" folder="$2" limit="$3" digest size type
  findImage "$image"
  fetchManifest "$image"
  ofManifest '{{range .content.layers}}{{.digest}} {{printf "%.0f" .size}} {{.mediaType}}{{"\n"}}{{end}}' > "$SCRATCH/layers"
  rm -rf "$SCRATCH/data"
  mkdir "$SCRATCH/data"
  while read -r digest size type; do
    # What artifacts that are no image have in the place of a layer.
    if [ "$type" = application/vnd.oci.empty.v1+json ]; then continue; fi
    [ "$size" -le "$limit" ] || fail 64 "cannot use $image: a layer of it has $size bytes, and $limit are allowed"
    fetchLayer "$image" "$digest" "$size"
    openData "$image" "$limit"
    applyWhiteouts
    layOver
    rm -rf "$SCRATCH/upper" "$SCRATCH/layer"
    [ "$(bytesOf "$SCRATCH/data")" -le "$limit" ] || fail 64 "cannot use $image: it has more than $limit bytes in /data"
  done < "$SCRATCH/layers"
  [ -n "$(find "$SCRATCH/data" -type f | head -n 1)" ] || fail 64 "cannot use $image: it has no files in /data; build it with the files there"
  rm -rf "$folder"
  mkdir -p "$(dirname "$folder")"
  mv "$SCRATCH/data" "$folder"
}`;
