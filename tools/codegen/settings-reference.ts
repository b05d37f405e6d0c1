import { optionTable as provisionerSettings } from '@kaito/gpu-provisioner';
import type { OptionSpec, OptionTable } from '@kaito/kube';
import { optionTable as workspaceSettings } from '@kaito/workspace';
import { code, plain, table } from './markdown.ts';

/** The page on the settings of the workspace controller, as Markdown. */
export function workspaceSettingsReference(): string {
  return page('packages/workspace', 'Settings of the workspace controller', workspaceSettings);
}

/** The page on the settings of the provisioner, as Markdown. */
export function provisionerSettingsReference(): string {
  return page('packages/gpu-provisioner', 'Settings of the gpu-provisioner', provisionerSettings);
}

function page(source: string, title: string, settings: OptionTable): string {
  const rows = Object.entries(settings).map(([key, spec]) => [
    code(spec.flag),
    code(spec.env ?? ''),
    code(key),
    code(String(spec.default ?? '')),
    plain(spec.description) + notes(spec),
  ]);
  return `<!-- Made by npm run generate from ${source}; edit the settings there. -->

# ${title}

A flag wins over the environment, the environment over the file that \`--config\` (\`CONFIG_FILE\`) names, the file over the default. The file is
one YAML mapping with the keys below. A value that is wrong keeps the program from starting, and all that are wrong are named at once.

${table(['flag', 'environment', 'key', 'default', 'meaning'], rows)}
`;
}

function notes(spec: OptionSpec): string {
  const { type, required } = spec;
  const values = typeof type === 'string' ? [] : [`one of ${type.map(code).join(', ')}`];
  const all = [...values, ...(type === 'duration' ? ['a duration'] : []), ...(required ? ['required'] : [])];
  return all.length > 0 ? ` (${all.join('; ')})` : '';
}
