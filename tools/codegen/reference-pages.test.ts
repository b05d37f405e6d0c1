import { catalogue, cpuSkus, diagnosisRows, gpuSkus } from '@kaito/planner';
import { fieldImpacts, optionTable } from '@kaito/workspace';
import { airGapReference } from './air-gap-reference.ts';
import { diagnosisReference } from './diagnosis-reference.ts';
import { fieldReference } from './field-reference.ts';
import { code, plain, table } from './markdown.ts';
import { modelReference } from './model-reference.ts';
import { workspaceSettingsReference } from './settings-reference.ts';
import { sizeReference } from './size-reference.ts';

/** Those of the names that a page does not have. */
function missing(page: string, names: readonly string[]): readonly string[] {
  return names.filter(name => !page.includes(name));
}

describe('each page has all that there is', () => {
  const page = modelReference();

  test('models, each with a size that serves it', () => {
    expect(missing(page, [...catalogue.map(({ id }) => id), ...catalogue.flatMap(({ aliases }) => aliases)])).toEqual(
      [],
    );
    expect(page).not.toMatch(/\| none +\|/);
  });

  test('images and addresses that are fetched', () => {
    const images = catalogue.flatMap(({ presetImage }) =>
      presetImage?.tag ? [`${presetImage.repository}:${presetImage.tag}`] : [],
    );
    const hosts = [
      'management.azure.com',
      'login.microsoftonline.us',
      'huggingface.co',
      '*.hf.co',
      'mcr.microsoft.com',
    ];
    expect(images.length).toBeGreaterThan(10);
    expect(missing(airGapReference(), [...images, ...hosts])).toEqual([]);
  });

  test('sizes', () => {
    expect(
      missing(
        sizeReference(),
        [...gpuSkus, ...cpuSkus].map(({ name }) => `\`${name}\``),
      ),
    ).toEqual([]);
  });

  test('causes, and no place without its heading', () => {
    const words = diagnosisRows.flatMap(({ cause, codes = [] }) => (cause === '{code}' ? codes : [cause]));
    const shown = diagnosisReference();
    expect(missing(shown, words.map(code))).toEqual([]);
    expect(shown).not.toMatch(/[{}]/);
  });

  test('settings', () => {
    const names = Object.values(optionTable).flatMap(({ flag, env }) => [flag, env]);
    expect(missing(workspaceSettingsReference(), names.map(code))).toEqual([]);
  });

  test('fields whose edits have an impact', () => {
    const paths = Object.keys(fieldImpacts).map(path => path.replace('adapters.', 'adapters[].'));
    expect(missing(fieldReference(), paths.map(code))).toEqual([]);
  });
});

describe('Markdown', () => {
  test('words are shown as they stand', () => {
    expect(plain('a | <b> *c* `d`\ne_f')).toBe(String.raw`a \| \<b> \*c\* \`d\` e_f`);
    expect([code('a|b'), code('')]).toEqual(['`a\\|b`', '']);
  });

  test('a table has a rule below its headings', () => {
    expect(table(['a', 'b'], [['1', '2']])).toBe('| a | b |\n| --- | --- |\n| 1 | 2 |');
  });
});
