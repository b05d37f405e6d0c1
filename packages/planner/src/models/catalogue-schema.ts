import { Type, type Static } from 'typebox';

const text = Type.String({ minLength: 1 });
const positive = Type.Integer({ minimum: 1 });
const gibibytes = Type.Number({ exclusiveMinimum: 0 });
const commit = Type.String({ pattern: '^[0-9a-f]{40}$' });
const huggingFaceId = Type.String({ pattern: '^[A-Za-z0-9][\\w.-]*/[A-Za-z0-9][\\w.-]*$' });
const dtype = Type.Enum(['auto', 'bfloat16', 'float16']);
const strict = { additionalProperties: false } as const;

/** A model of the catalogue: facts of its repository, from which the settings of servers are derived. */
export const catalogueEntrySchema = Type.Object(
  {
    id: huggingFaceId,
    aliases: Type.Optional(Type.Array(Type.String({ pattern: '^[a-z0-9][a-z0-9.-]*$' }), { minItems: 1 })),
    license: text,
    pipelineTag: Type.Optional(text),
    gated: Type.Optional(Type.Literal(true)),
    revision: Type.Optional(commit),
    weightsGiB: gibibytes,
    /** Where the size is from, when it is not from the catalogue's source. */
    weightsSource: Type.Optional(text),
    architecture: text,
    contextLength: positive,
    hiddenSize: positive,
    layers: positive,
    attentionHeads: positive,
    kvHeads: positive,
    /** `hiddenSize / attentionHeads` when absent. */
    headDim: Type.Optional(positive),
    /** Present where the model keeps one latent vector for all heads (MLA). */
    kvLoraRank: Type.Optional(positive),
    qkRopeHeadDim: Type.Optional(positive),
    quantization: Type.Optional(text),
    quantizationBits: Type.Optional(positive),
    format: Type.Optional(Type.Literal('mistral')),
    /** Why the repository's own code has to run. */
    trustRemoteCode: Type.Optional(text),
  },
  strict,
);

const flagsSchema = Type.Record(Type.String(), Type.Union([Type.String(), Type.Literal(true)]));
const programSchema = Type.Object({ program: text, flags: flagsSchema }, strict);

const imageFields = {
  /** Empty together with the tag: the user names the image. */
  repository: Type.String(),
  tag: Type.String(),
  gpuCount: positive,
  gpuMemoryGiB: positive,
  diskGiB: positive,
  pods: positive,
  launcher: programSchema,
  server: programSchema,
};

/** The image of a model that is in the catalogue. */
export const cataloguedImageSchema = Type.Object({ id: huggingFaceId, ...imageFields }, strict);

/** A model that nothing but an image of KAITO v0.3 serves. */
export const imagePresetSchema = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z0-9][a-z0-9.-]*$' }),
    ...imageFields,
    architecture: text,
    contextLength: positive,
    license: text,
    weightsGiB: gibibytes,
    weightsSource: text,
    deprecated: text,
  },
  strict,
);

/** A model that an image of ours serves on CPUs. */
export const cpuPresetSchema = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z0-9][a-z0-9.-]*$' }),
    license: text,
    pipelineTag: text,
    architecture: text,
    quantization: text,
    weightsGiB: gibibytes,
    /** Of the model; the server may hold less. */
    contextLength: positive,
    server: Type.Object(
      {
        image: text,
        command: Type.Array(text, { minItems: 1 }),
        contextLength: positive,
        cpus: positive,
        memoryGiB: positive,
      },
      strict,
    ),
  },
  strict,
);

const byKey = Type.Record(Type.String(), text);
const parsersSchema = Type.Object({ byName: byKey, byArchitecture: byKey }, strict);
const names = Type.Array(text, { minItems: 1, uniqueItems: true });

/** The data files. Each says where its values come from. */
export const fileSchemas = {
  catalogue: Type.Object({ source: text, models: Type.Array(catalogueEntrySchema) }, strict),
  images: Type.Object(
    { source: text, catalogued: Type.Array(cataloguedImageSchema), presets: Type.Array(imagePresetSchema) },
    strict,
  ),
  cpu: Type.Object({ source: text, presets: Type.Array(cpuPresetSchema) }, strict),
  tuning: Type.Object(
    {
      source: text,
      models: Type.Array(
        Type.Object(
          { id: huggingFaceId, repository: text, tag: text, diskGiB: positive, nominalGpuMemoryGiB: positive },
          strict,
        ),
      ),
    },
    strict,
  ),
  transformers: Type.Object(
    {
      source: text,
      models: Type.Array(Type.Object({ id: huggingFaceId, dtype, chatTemplate: Type.Optional(text) }, strict)),
    },
    strict,
  ),
  architectures: Type.Object({ source: text, architectures: names }, strict),
  settings: Type.Object(
    {
      source: text,
      reasoningParser: Type.Object({ ...parsersSchema.properties, none: names }, strict),
      toolCallParser: parsersSchema,
      chatTemplate: byKey,
      tokenizerMode: byKey,
      flags: Type.Record(Type.String(), flagsSchema),
      noCpuOffload: names,
      deepGemm: names,
      cudaToolkit: names,
    },
    strict,
  ),
} as const;

export type CatalogueEntry = Static<typeof catalogueEntrySchema>;
export type CataloguedImage = Static<typeof cataloguedImageSchema>;
export type CpuPreset = Static<typeof cpuPresetSchema>;
export type ImagePreset = Static<typeof imagePresetSchema>;
