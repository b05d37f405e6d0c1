import { Type } from 'typebox';
import { dateTime, strings, text } from '../schema/fields.ts';

/** The most sizes that a plan shows beside each other. */
export const maxCandidates = 10;

const int32 = (description: string, minimum = 0) => Type.Integer({ description, format: 'int32', minimum });
const int64 = (description: string) => Type.Integer({ description, format: 'int64', minimum: 0 });

const instanceType = text('The VM size, in the spelling of Azure; empty for nodes that say nothing of it.');
const capacityType = text('Either on-demand or spot.');
// The API conventions of Kubernetes ask for strings where numbers are not whole.
const pricePerHour = Type.Optional(text('US dollars an hour for all nodes together, at list price.'));

const candidate = Type.Object({
  instanceType,
  capacityType,
  verdict: Type.Enum(['chosen', 'fits', 'refused'], { description: 'What became of the size.' }),
  nodeCount: Type.Optional(int32('How many nodes of it would be needed.')),
  pricePerHour,
  reason: text('Why it was chosen, lost or refused.'),
});

/** What was decided about nodes, model and server. */
export const planStatus = Type.Object(
  {
    rung: int32('Position on the ladder: 0 is resource.instanceType, 1 and up are resource.alternatives.'),
    instanceType,
    capacityType,
    nodeCount: int32('How many nodes.'),
    gpusPerNode: int32('GPUs that each node must have.'),
    model: Type.Optional(text('The model, as Hugging Face spells it.')),
    revision: Type.Optional(text('The commit of its weights and code; left out when nobody could look it up.')),
    runtime: Type.Optional(
      text('What serves it: vllm, transformers, preset-image for the images of KAITO v0.3, or cpu.'),
    ),
    parallelism: Type.Optional(
      Type.Object(
        {
          tensor: int32('GPUs that share each layer.', 1),
          pipeline: int32('Groups of GPUs that hold some of the layers each.', 1),
          data: int32('Copies of the model.', 1),
        },
        { description: 'How the model is spread over GPUs.' },
      ),
    ),
    contextLength: Type.Optional(int64('Tokens of context that the server takes.')),
    weightsGiB: Type.Optional(text('Size of the weights, in GiB.')),
    kvCacheTokens: Type.Optional(int64('Tokens that fit into the key-value cache of one copy.')),
    pricePerHour,
    reason: text('Why this size and this many.'),
    candidates: Type.Optional(
      Type.Array(candidate, {
        description: 'Sizes that were compared, the chosen one first.',
        maxItems: maxCandidates,
        'x-kubernetes-list-type': 'atomic',
      }),
    ),
    warnings: Type.Optional(strings('Things to know that stop nothing.')),
    ladder: Type.Optional(text('Digest of the section resource; with another one, the ladder begins anew.')),
    since: dateTime('When this rung of the ladder began.'),
  },
  { description: 'What was decided: nodes, how the model is spread over them, and why.' },
);
