import { Random } from './random.ts';

function numbers(seed: string): readonly number[] {
  const random = new Random(seed);
  return Array.from({ length: 5 }, () => random.next());
}

describe('random numbers', () => {
  test('are the same for the same seed, and others for another', () => {
    expect(numbers('1/p1')).toEqual(numbers('1/p1'));
    expect(numbers('1/p1')).not.toEqual(numbers('1/p2'));
  });

  test('reach both ends of a range and nothing beyond', () => {
    const random = new Random('range');
    const drawn = new Set(Array.from({ length: 200 }, () => random.int(2, 4)));
    expect([...drawn].toSorted((left, right) => left - right)).toEqual([2, 3, 4]);
  });

  test('shuffle without losing anything, and pick nothing from nothing', () => {
    const random = new Random('shuffle');
    const items = Array.from({ length: 30 }, (_, index) => index);
    const shuffled = random.shuffled(items);
    expect(shuffled).not.toEqual(items);
    expect(shuffled.toSorted((left, right) => left - right)).toEqual(items);
    expect(random.pick([])).toBeUndefined();
  });
});
