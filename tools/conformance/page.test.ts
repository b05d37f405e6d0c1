import { renderPage, renderTable } from './page.ts';
import { allKept, readSuite, type JestReport } from './results.ts';

const test1 = (title: string, status: string, duration: number | null = 1234) => ({
  ancestorTitles: ['a way'],
  title,
  status,
  duration,
});
const report: JestReport = {
  testResults: [
    { name: '/repo/src/one.int.test.ts', assertionResults: [test1('it works', 'passed'), test1('it heals', 'failed')] },
    {
      name: '/repo/src/two.int.test.ts',
      assertionResults: [
        test1('it works', 'passed', 60),
        test1('it heals — not by design: nobody is ill', 'pending', null),
      ],
    },
  ],
};
const one = readSuite(report, 'one');
const two = { ...readSuite(report, 'two'), title: 'another' };

test('results are what the tests say, and a test that was left out says why', () => {
  expect(one.title).toBe('a way');
  expect([...one.results.values()]).toEqual([{ state: 'kept', ms: 1234 }, { state: 'broken' }]);
  expect(two.results.get('it heals')).toEqual({ state: 'excepted', reason: 'nobody is ill' });
  expect(allKept([two])).toBe(true);
  expect(allKept([one, two])).toBe(false);
});

test('a file that could not be loaded is no success', () => {
  expect(() => readSuite(report, 'three')).toThrow(/no test of three\.int\.test\.ts has run/);
});

test('a row for each promise, a column for each way, a footnote for what is not promised', () => {
  expect(renderTable([one, two])).toEqual({
    table: [
      '| promise | a way | another |',
      '| --- | --- | --- |',
      '| it works | yes, 1.2 s | yes, 0.1 s |',
      '| it heals | **no** | not promised (1) |',
    ].join('\n'),
    notes: ['1. another: nobody is ill.'],
  });
});

test('the page names the command, the day and the version', () => {
  const page = renderPage({ targets: [one], together: [two], karpenterVersion: '9.8.7', date: '2030-01-02' });
  expect(page).toContain('npm run e2e:swap');
  expect(page).toContain('2030-01-02');
  expect(page).toContain('v9.8.7');
  expect(page).toContain('- it works: yes, 0.1 s');
});
