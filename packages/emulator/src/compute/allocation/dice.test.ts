import { Dice } from './dice.ts';

function rolls(dice: Dice, name: string, count: number): readonly number[] {
  return Array.from({ length: count }, () => dice.roll(name));
}

it('dice fall the same way for a seed and a name, whatever else is rolled in between', () => {
  const alone = rolls(new Dice(7), 'ws1', 5);
  const dice = new Dice(7);
  const among = Array.from({ length: 5 }, () => {
    dice.roll('other');
    return dice.roll('ws1');
  });
  expect(among).toEqual(alone);
  expect(new Set(alone).size).toBe(5);
  expect(rolls(new Dice(8), 'ws1', 5)).not.toEqual(alone);
});

it('dice are fair, over the rolls of a name and over names', () => {
  const dice = new Dice(1);
  const samples = [rolls(dice, 'ws1', 10_000), Array.from({ length: 10_000 }, (_, index) => dice.roll(`p${index}`))];
  for (const sample of samples) {
    const tenths = Array.from({ length: 10 }, () => 0);
    for (const roll of sample) tenths[Math.floor(roll * 10)]! += 1;
    expect(Math.min(...tenths)).toBeGreaterThan(850);
    expect(Math.max(...tenths)).toBeLessThan(1150);
  }
});
