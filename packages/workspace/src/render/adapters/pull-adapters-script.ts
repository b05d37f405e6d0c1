import { shell } from '../transfer/shell.ts';
import { fetchFunctions } from './fetch-functions.ts';
import { reportFunctions } from './report-functions.ts';

/**
 * Brings the adapters of a server that only loads them when it starts, before it does: `$ADAPTERS` has a line for each, name, tab, image.
 * Runs again where it failed; what is there already is left. Ends with 1 and the reason of the first that fails as its last line.
 */
export const pullAdaptersScript = shell`${fetchFunctions}
${reportFunctions}
tmp=$RUN_DIR
mkdir -p "$RUN_DIR/said" "$RUN_DIR/have" "$STORE_DIR"
rm -rf "$RUN_DIR/said"/* "$STORE_DIR/.scratch"
tab=$(printf '\t')
printf '%s' "$ADAPTERS" >"$tmp/wanted"
while IFS=$tab read -r name image <&4; do
  if [ ! -f "$RUN_DIR/have/$name" ]; then
    rm -rf "$STORE_DIR/$name"
    fetchAdapter "$image" "$STORE_DIR/$name" "$tmp/fetched" 2>"$tmp/words" &
    if ! wait $!; then
      words=$(wordsOf "$tmp/words")
      report "$name" "$image" Failed "$words"
      fail 1 "adapter $name: $words"
    fi
    cat "$tmp/fetched.digest" "$tmp/fetched.lineage" >"$tmp/have.new"
    mv "$tmp/have.new" "$RUN_DIR/have/$name"
  fi
  report "$name" "$image" Loaded '' "$(sed -n 1p "$RUN_DIR/have/$name")" "$(sed -n 2p "$RUN_DIR/have/$name")"
done 4<"$tmp/wanted"
`;
