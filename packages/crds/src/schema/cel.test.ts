import { orElse, rules, unchanged } from './cel.ts';

test('orElse asks for each field on the way', () => {
  expect(orElse('self.a', '0')).toBe('(has(self.a) ? self.a : 0)');
  expect(orElse('self.a.b', "''")).toBe("(has(self.a) && has(self.a.b) ? self.a.b : '')");
});

test('unchanged compares the new with the old value', () => {
  expect(unchanged('a', "''")).toBe("(has(self.a) ? self.a : '') == (has(oldSelf.a) ? oldSelf.a : '')");
});

test('rules become the keyword of the schema', () => {
  expect(rules(['self > 0', 'must be positive'])).toEqual({
    'x-kubernetes-validations': [{ rule: 'self > 0', message: 'must be positive' }],
  });
});
