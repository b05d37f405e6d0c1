import { shell } from './shell.ts';

/**
 * What a result was made of.
 * - `checkResult` ends the script unless the trainer has left an adapter in `$RESULTS_DIR`.
 * - `readLineage` sets `$BASE` and `$DATA` from the environment and from what the steps before have left in `$RUN_DIR`.
 * - `lineageJson` prints it as the content of lineage.json.
 *
 * Needs `basics`.
 */
export const lineageFunctions = shell`checkResult() {
  local file
  for file in adapter_config.json adapter_model.safetensors; do
    [ -s "$RESULTS_DIR/$file" ] || fail 64 "cannot find the result: the training has left no $file in $RESULTS_DIR; see the log of the container trainer"
  done
}

readLineage() {
  BASE=$LINEAGE_BASE
  if [ -s "$RUN_DIR/weights.digest" ]; then BASE=$BASE+$(cat "$RUN_DIR/weights.digest"); fi
  DATA=$(cat "$RUN_DIR/data.digest") || fail 1 "cannot tell what the result was made of: $RUN_DIR/data.digest cannot be read"
}

lineageJson() {
  printf '{"base":%s,"data":%s,' "$(json "$BASE")" "$(json "$DATA")"
  printf '"config":%s,"workspace":%s}\n' "$(json "$LINEAGE_CONFIG")" "$(json "$LINEAGE_WORKSPACE")"
}`;
