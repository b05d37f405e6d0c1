import { shell } from './shell.ts';
import { basics } from './shell-basics.ts';
import { contentFunctions } from './shell-content.ts';
import { registryFunctions } from './shell-registry.ts';
import { unpackFunctions } from './shell-unpack.ts';

/** Downloads weights that a registry holds as plain files (`oras push`), and says of which digest they are. */
export const weightsScript = [
  basics,
  registryFunctions,
  shell`scratch "$(mktemp -d)"
mkdir -p "$WEIGHTS_DIR"
if [ -s "$RUN_DIR/weights.digest" ]; then
  digest=$(cat "$RUN_DIR/weights.digest")
else
  findImage "$WEIGHTS_REFERENCE"
  digest=$IMAGE_DIGEST
  part=$WEIGHTS_DIR/.kaito-part
  rm -rf "$part"
  askOras pull "$(repositoryOf "$NAME")@$digest" --output "$part" || fail "$?" "cannot pull $WEIGHTS_REFERENCE: $WORDS"
  [ -n "$(find "$part" -type f 2> /dev/null | head -n 1)" ] || fail 64 "cannot use $WEIGHTS_REFERENCE: it holds no files"
  find "$part" -mindepth 1 -maxdepth 1 | while IFS= read -r entry; do
    rm -rf "$WEIGHTS_DIR/\${entry##*/}"
    mv "$entry" "$WEIGHTS_DIR/"
  done
  rm -rf "$part"
  printf '%s' "$digest" > "$RUN_DIR/weights.digest.part"
  mv "$RUN_DIR/weights.digest.part" "$RUN_DIR/weights.digest"
fi
succeed "{\"digest\":\"$digest\"}"`,
].join('\n\n');

/** Fills the data folder with what an image has below /data. The folder is ours: what an earlier try has left goes. */
export const dataImageScript = [
  basics,
  registryFunctions,
  unpackFunctions,
  contentFunctions,
  shell`scratch "$DATA_DIR/.kaito-part"
unpackImage "$DATA_IMAGE" "$SCRATCH/whole" "$MAX_BYTES"
find "$DATA_DIR" -mindepth 1 -maxdepth 1 ! -name .kaito-part -exec rm -rf {} +
find "$SCRATCH/whole" -mindepth 1 -maxdepth 1 -exec mv {} "$DATA_DIR/" \;
finishData`,
].join('\n\n');

/** Looks at a volume that holds the data already. */
export const dataVolumeScript = [
  basics,
  contentFunctions,
  shell`[ -d "$DATA_DIR" ] || fail 64 "cannot use the training data: $DATA_DIR is no folder"
finishData`,
].join('\n\n');
