import { shell } from './shell.ts';
import { basics } from './shell-basics.ts';
import { contentFunctions } from './shell-content.ts';
import { lineageFunctions } from './shell-lineage.ts';
import { registryFunctions } from './shell-registry.ts';
import { tarFunctions } from './shell-tar.ts';

/** Sets `$NAME` and `$AUTH_FILE` for pushes to `$OUTPUT_IMAGE`, or ends the script. */
const pushTarget = shell`target() {
  NAME=$(imageName "$OUTPUT_IMAGE")
  case $NAME in *@*) fail 64 "cannot push to $OUTPUT_IMAGE: a digest is no place to push to; name a tag" ;; esac
  AUTH_FILE=$PUSH_AUTH_FILE
  [ -s "$AUTH_FILE" ] || fail 64 "cannot push to $OUTPUT_IMAGE: the push secret is empty; make one by kubectl create secret docker-registry"
}`;

/**
 * Proves, before hours of GPUs are spent, that the secret lets us push: uploads a few bytes that nobody refers to, which registries collect. They are others each
 * time, since what is there already is not uploaded.
 */
export const outputCheckScript = [
  basics,
  registryFunctions,
  pushTarget,
  shell`scratch "$(mktemp -d)"
target
head -c 32 /dev/urandom > "$SCRATCH/probe"
askOras blob push "$(repositoryOf "$NAME")" "$SCRATCH/probe" || fail "$?" "cannot push to $OUTPUT_IMAGE: $WORDS"
succeed "{\"image\":$(json "$NAME")}"`,
].join('\n\n');

/**
 * Makes an image of the result and pushes it: one layer with the files below data/, as KAITO's adapters have them, and what it was made of as annotations. Equal
 * results make equal images. It has succeeded only when the registry says that the tag is this image.
 */
export const outputImageScript = [
  basics,
  registryFunctions,
  tarFunctions,
  lineageFunctions,
  pushTarget,
  shell`checkResult
readLineage
scratch "$(mktemp -d)"
target
cd "$SCRATCH"
lineageJson > lineage.json
layer=adapter.tar.gz
{
  tarHeader data/ 0 5
  tarFile data/adapter_config.json "$RESULTS_DIR/adapter_config.json"
  tarFile data/adapter_model.safetensors "$RESULTS_DIR/adapter_model.safetensors"
  tarFile data/lineage.json lineage.json
  tarEnd
  : > whole
} | gzip -n > "$layer"
# What fails on the left of a pipe is not seen on the right.
[ -e whole ] || fail 1 "cannot pack the result in $RESULTS_DIR: it cannot be read, or $SCRATCH is full"
diffId=sha256:$(gzip -dc "$layer" | sha256sum | cut -d ' ' -f 1)
printf '{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["%s"]}}' "$diffId" > config.json
# The time is an annotation that oras would add, and no two images would be equal.
set -- --annotation org.opencontainers.image.created=1970-01-01T00:00:00Z
set -- "$@" --annotation "sh.kaito.model.name=$MODEL_NAME" --annotation "sh.kaito.lineage.base=$BASE" --annotation "sh.kaito.lineage.data=$DATA"
set -- "$@" --annotation "sh.kaito.lineage.config=$LINEAGE_CONFIG" --annotation "sh.kaito.lineage.workspace=$LINEAGE_WORKSPACE"
set -- "$@" --config config.json:application/vnd.oci.image.config.v1+json "$layer:application/vnd.oci.image.layer.v1.tar+gzip"
askOras push "$NAME" "$@" --format go-template --template '{{.digest}}' || fail "$?" "cannot push to $OUTPUT_IMAGE: $WORDS"
pushed=$(cat "$SCRATCH/answer")
askOras resolve "$NAME" || fail "$?" "cannot push to $OUTPUT_IMAGE: pushed, but not there: $WORDS"
digest=$(cat "$SCRATCH/answer")
[ "$digest" = "$pushed" ] || fail 1 "cannot push to $OUTPUT_IMAGE: somebody else has pushed $digest to the same tag meanwhile"
succeed "{\"digest\":\"$digest\"}"`,
].join('\n\n');

/** Looks whether the result is on the volume, and writes beside it what it was made of. */
export const outputVolumeScript = [
  basics,
  contentFunctions,
  lineageFunctions,
  shell`checkResult
readLineage
scratch "$(mktemp -d)"
# On the volume first: a file that is there is whole.
lineageJson > "$RESULTS_DIR/.kaito-lineage.part"
mv "$RESULTS_DIR/.kaito-lineage.part" "$RESULTS_DIR/lineage.json"
for file in adapter_config.json adapter_model.safetensors lineage.json; do ln -s "$RESULTS_DIR/$file" "$SCRATCH/$file"; done
digest=$(digestOf "$SCRATCH") || fail 1 "cannot read the result in $RESULTS_DIR; user $(id -u) must be able to"
succeed "{\"digest\":\"$digest\"}"`,
].join('\n\n');
