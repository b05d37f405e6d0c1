import { azureClouds } from '@kaito/azure';
import { baseImage, catalogue } from '@kaito/planner';
import { contentHosts, optionTable } from '@kaito/workspace';
import { charts } from './charts/chart-files.ts';
import { isGroup, type ChartValues } from './charts/chart-value.ts';
import { code, table } from './markdown.ts';

const introduction = `<!-- Made by npm run generate from the settings, charts and catalogue; edit it there. -->

# What is fetched, and from where

Every image and every address that an installation comes to need, for firewalls and for clusters without a way out. What AKS itself needs is in
[its own list](https://learn.microsoft.com/azure/aks/outbound-rules-control-egress).
`;

const advice = `
## Without a way out

1. Copy the images of the first table to a registry of yours, under the same names and tags, and name it: \`presetRegistryName\`, \`image.repository\`, \`controller.image.repository\`, \`nvidiaDevicePlugin.image\`, \`config.cpuServerImage\`, \`config.transferImage\`, \`config.downloadImage\`.
2. Models: a mirror of Hugging Face (\`config.huggingFaceEndpoint=https://…\`) serves what is looked up and the weights, which servers then download from it. With \`off\`
   only models of the [catalogue](models.md) are planned for, and weights must be had otherwise: an image that holds them (\`accessMode: private\`, or an image of KAITO v0.3), or the disk of the node
   (\`kaito.sh/use-local-weights\`). A server that finds neither fails, and \`status.diagnosis\` says \`HuggingFaceUnreachable\`.
3. Azure Resource Manager and Entra cannot be mirrored: let the gpu-provisioner alone reach them, by the rules of your firewall, or through private link (\`config.armEndpoint\`).

Nothing else is fetched: prices, sizes, models and causes are tables of the release; there is no telemetry, and nothing is installed at the start of a pod, but for models that need the CUDA toolkit
(\`cuda-toolkit-provisioner\`), which apt fetches from NVIDIA's and Debian's repositories.
`;

/** The page on images and addresses, as Markdown. */
export function airGapReference(): string {
  return [
    introduction,
    '## Images\n',
    table(['image', 'for', 'set by'], imageRows()),
    '\n## Addresses\n',
    table(['from', 'to', 'port', 'why', 'set by'], addressRows()),
    advice,
  ].join('\n');
}

function imageRows(): readonly (readonly string[])[] {
  const registry = optionTable.presetRegistry.default;
  const presets = catalogue.flatMap(({ presetImage }) => (presetImage?.tag ? [presetImage] : []));
  const names = [...new Set(presets.map(({ repository, tag }) => `${repository}:${tag}`))].toSorted((a, b) =>
    a < b ? -1 : 1,
  );
  return [
    ...charts.map(({ name, values }) => [
      code(`${imageOf(values)}:<version>`),
      `the controller ${name}, its CRD hook and its \`helm test\``,
      code(name === 'workspace' ? 'image.repository' : 'controller.image.repository'),
    ]),
    [code(`${registry}/${baseImage}`), 'servers by vLLM and transformers', code('presetRegistryName')],
    ...names.map(name => [code(`${registry}/${name}`), 'a preset of KAITO v0.3', code('presetRegistryName')]),
    ...catalogue.flatMap(({ id, cpuServer }) =>
      cpuServer ? [[code(cpuServer.image), `the preset ${id}, on CPUs`, code('config.cpuServerImage')]] : [],
    ),
    [code(optionTable.transferImage.default), 'fine-tuning and adapters', code('config.transferImage')],
    [code(optionTable.downloadImage.default), 'fine-tuning with data by URLs', code('config.downloadImage')],
    [
      code(textOf(valueAt(workspaceValues(), ['nvidiaDevicePlugin', 'image']))),
      'GPU nodes',
      code('nvidiaDevicePlugin.image'),
    ],
    ['images that workspaces name', 'templates, private presets, adapters', 'the workspace'],
  ];
}

function addressRows(): readonly (readonly string[])[] {
  const hub = new URL(optionTable.huggingFaceEndpoint.default).hostname;
  const hosts = [hub, ...(contentHosts[hub] ?? []).map(host => `*.${host}`)].map(code).join(', ');
  const registry = optionTable.presetRegistry.default.split('/')[0] ?? '';
  const registries = `${code(registry)}, ${code(`*.data.${registry}`)}`;
  const set = code('config.huggingFaceEndpoint');
  return [
    ...Object.entries(azureClouds).flatMap(([cloud, { armEndpoint, authorityHost }]) => [
      [
        'gpu-provisioner',
        code(new URL(armEndpoint).hostname),
        '443',
        `agent pools, sizes, quota (cloud ${cloud})`,
        code('config.armEndpoint'),
      ],
      [
        'gpu-provisioner',
        code(new URL(authorityHost).hostname),
        '443',
        `tokens (cloud ${cloud})`,
        code('config.authorityHost'),
      ],
    ]),
    ['workspace', hosts, '443', 'facts of models outside of the catalogue, and commits of weights', set],
    ['inference pods', hosts, '443', 'weights, but for servers whose image or node holds them', set],
    ['nodes', registries, '443', 'images', code('presetRegistryName')],
    ['both controllers', 'the API server, DNS', '443, 6443; 53', 'everything', ''],
    ['the API server', 'workspace', '9443', 'the webhook', code('webhook.port')],
    ['Prometheus', 'both controllers', '8080', 'metrics', code('metrics.port')],
  ];
}

function workspaceValues(): ChartValues {
  const values = charts.find(({ name }) => name === 'workspace')?.values;
  if (!values) throw new Error('there is no chart workspace');
  return values;
}

function imageOf(values: ChartValues): string {
  return textOf(valueAt(values, ['image', 'repository']) ?? valueAt(values, ['controller', 'image', 'repository']));
}

/** The initial value at a path of a chart's values; undefined where there is none. */
function valueAt(values: ChartValues, [first = '', ...rest]: readonly string[]): unknown {
  const value = values[first];
  if (!value) return undefined;
  if (isGroup(value)) return rest.length > 0 ? valueAt(value.values, rest) : undefined;
  return rest.length === 0 ? value.default : undefined;
}

function textOf(value: unknown): string {
  if (typeof value !== 'string')
    throw new Error(`a text was expected among the values of a chart, not ${JSON.stringify(value)}`);
  return value;
}
