import {
  azurePrices,
  catalogue,
  gpuSkus,
  plan,
  skusOf,
  type InferencePlan,
  type Model,
  type PlanInput,
  type Runtime,
} from '@kaito/planner';
import { code, plain, table } from './markdown.ts';

const introduction = `<!-- Made by npm run generate from the catalogue in packages/planner; edit it there. -->

# Models

Each may be named by its id or by a short name in \`inference.preset.name\`, in any case. Any other \`<organisation>/<repository>\` of Hugging
Face may be named too: what it needs is read from its own files.

**Cheapest size** is what \`plan()\` chooses for one copy when \`resource.instanceType\` is left out, and **context** the tokens that it then serves; **of** is
what the model itself can look back over. Prices are list prices on demand in US dollars an hour for all nodes, for comparison only, from ${plain(azurePrices.source)}.
`;

const images = `
## Images of KAITO v0.3

They hold the weights, answer \`POST /chat\` on port 80 of the Service, and run on GPUs below compute capability 8.0 too, such as the V100. Models of the table
above are served from them where the named size is too old for vLLM; the others always. The cheapest size is the cheapest of those on which the image
is what runs. Models without an image need one of your own: \`accessMode: private\` and \`presetOptions.image\`.
`;

const onCpus = `
## On CPUs

For trying things out where there is no GPU: a small model that is often wrong. The image of its server is published nowhere: build it
([tools/stand-in-model](../../tools/stand-in-model)), push it to a registry of yours, and name it in \`config.cpuServerImage\` of the workspace chart. A size with GPUs is refused, since
they would be paid for and idle; so are adapters, partitions and other servers.
`;

const source = 'Where the values come from:';

/** The page on the models of the catalogue, as Markdown. */
export function modelReference(): string {
  const served = catalogue.filter(({ vllm }) => vllm).map(servedRow);
  const imaged = catalogue.filter(({ presetImage }) => presetImage).map(imageRow);
  const small = catalogue.filter(({ cpuServer }) => cpuServer).map(cpuRow);
  const sources = [...new Set(catalogue.map(model => model.source))].map(text => `- ${plain(text)}`);
  const columns = ['weights, GiB', 'licence', 'token', 'served by', 'cheapest size', 'context', 'of', '$/h'];
  return [
    introduction,
    table(['model', 'short name', ...columns], served),
    images,
    table(['model', 'image', 'GPUs', 'GPU memory, GiB', 'pods', 'cheapest size', '$/h', 'note'], imaged),
    onCpus,
    table(['model', 'licence', 'image', 'vCPU', 'memory, GiB', 'cheapest size', 'context', 'of', '$/h'], small),
    `\n${source}\n\n${sources.join('\n')}\n`,
  ].join('\n');
}

function servedRow(model: Model): readonly string[] {
  const planned = planFor(model, '');
  return [
    `[${plain(model.id)}](https://huggingface.co/${model.id})`,
    model.aliases.map(code).join(', '),
    String(model.weightsGiB),
    plain(model.license ?? ''),
    model.gated ? 'needed' : '',
    ['vLLM', ...(model.transformers ? ['transformers'] : [])].join(', '),
    planned ? sizeOf(planned) : 'none',
    planned ? String(planned.server.contextLength) : '',
    String(model.contextLength),
    priceOf(planned),
  ];
}

function imageRow(model: Model): readonly string[] {
  const image = model.presetImage;
  if (!image) throw new Error(`${model.id} has no image`);
  const cheapest = gpuSkus
    .map(({ name }) => planFor(model, name, 'preset-image'))
    .filter(planned => planned !== undefined)
    .toSorted((a, b) => costOf(a) - costOf(b))[0];
  return [
    plain(model.id),
    image.tag === '' ? 'your own' : code(`${image.repository}:${image.tag}`),
    String(image.gpuCount),
    String(image.gpuMemoryGiB),
    String(image.pods),
    cheapest ? sizeOf(cheapest) : 'none',
    priceOf(cheapest),
    plain(model.deprecated ?? ''),
  ];
}

function cpuRow(model: Model): readonly string[] {
  const server = model.cpuServer;
  if (!server) throw new Error(`${model.id} has no server on CPUs`);
  const planned = planFor(model, '');
  return [
    code(model.id),
    plain(model.license ?? ''),
    code(server.image),
    String(server.cpus),
    String(server.memoryGiB),
    planned ? sizeOf(planned) : 'none',
    String(server.contextLength),
    String(model.contextLength),
    priceOf(planned),
  ];
}

/** What the planner makes of a workspace that serves the model; undefined when it refuses, or takes another server. */
function planFor(model: Model, instanceType: string, runtime?: Runtime): InferencePlan | undefined {
  const input: PlanInput = {
    workspace: {
      metadata: { name: 'example', namespace: 'default' },
      resource: { labelSelector: {}, ...(instanceType !== '' && { instanceType }) },
      inference: { preset: { name: model.id, ...accessTo(model) } },
    },
    model: { state: 'known', model },
    skus: skusOf('azure'),
    prices: azurePrices,
    provisioning: { mode: 'auto' },
  };
  const result = plan(input);
  if (!result.ok || result.plan.job !== 'inference') return undefined;
  return runtime === undefined || result.plan.server.runtime === runtime ? result.plan : undefined;
}

function accessTo({
  vllm,
  presetImage,
}: Model): NonNullable<NonNullable<PlanInput['workspace']['inference']>['preset']> | object {
  const ofUser = !vllm && presetImage?.tag === '';
  return ofUser
    ? { accessMode: 'private', presetOptions: { image: 'registry.example.com/model:1' } }
    : { presetOptions: { modelAccessSecret: 'hugging-face' } };
}

function sizeOf({ nodes: { count, instanceType } }: InferencePlan): string {
  return count === 1 ? code(instanceType) : `${count} × ${code(instanceType)}`;
}

function costOf({ nodes }: InferencePlan): number {
  return nodes.pricePerHour ?? Number.MAX_VALUE;
}

function priceOf(planned: InferencePlan | undefined): string {
  return planned?.nodes.pricePerHour?.toFixed(2) ?? 'not known';
}
