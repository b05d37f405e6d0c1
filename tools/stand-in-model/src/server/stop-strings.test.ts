import { array, assert, constantFrom, property, string } from 'fast-check';
import { StopStrings } from './stop-strings.ts';

function run(stops: readonly string[], pieces: readonly string[]): { text: string; stopped: boolean } {
  const cutter = new StopStrings(stops);
  let text = '';
  for (const piece of pieces) text += cutter.add(piece);
  return { text: text + cutter.end(), stopped: cutter.stopped };
}

test('what comes out is the text up to the first stop string, however it is cut into pieces', () => {
  const letters = string({ unit: constantFrom('a', 'b', 'c') });
  assert(
    property(
      array(letters),
      array(
        letters.filter(stop => stop !== ''),
        { maxLength: 4 },
      ),
      (pieces, stops) => {
        const whole = pieces.join('');
        const at = Math.min(...stops.map(stop => whole.indexOf(stop)).filter(found => found >= 0), Infinity);
        const { text, stopped } = run(stops, pieces);
        expect(stopped).toBe(at !== Infinity);
        // Between two that begin before either is whole, the one that is whole first cuts.
        const cut = at !== Infinity;
        expect(cut ? whole.startsWith(text) && !stops.some(stop => text.includes(stop)) : text === whole).toBe(true);
      },
    ),
  );
});

test('nothing is held back longer than it must', () => {
  const cutter = new StopStrings(['###']);
  expect([cutter.add('a#'), cutter.add('b'), cutter.add('##'), cutter.add('#')]).toEqual(['a', '#b', '', '']);
  expect(cutter.stopped).toBe(true);
});
