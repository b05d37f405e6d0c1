/** The configuration cannot be used. The message lists everything that is wrong with it, one line each. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError';
  readonly problems: readonly string[];

  constructor(program: string, problems: readonly string[]) {
    const lines = problems.map(problem => `  - ${problem}`);
    super([`${program} cannot start:`, ...lines, `See ${program} --help.`].join('\n'));
    this.problems = problems;
  }
}
