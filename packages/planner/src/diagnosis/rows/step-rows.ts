import type { DiagnosisRow } from '../diagnosis.ts';

const step = ['StepFailed'];
const SCRIPTS = 'Kaito, the steps of a training';

/** What the steps around the trainer say when they end badly. */
export const stepRows: readonly DiagnosisRow[] = [
  {
    cause: 'PushRefused',
    places: ['container'],
    codes: step,
    pattern:
      /push secret "(?<secret>[^"]+)".*cannot push to (?<image>\S+): .*(?:status code 40[13]|\b40[13]\b|unauthorized|denied|forbidden|authentication required|credential not found)/i,
    mover: 'user',
    message: 'the registry does not let the Secret {secret} push {image}',
    nextStep:
      'put credentials that may push there into the Secret {secret}: kubectl create secret docker-registry {secret} …; then delete the workspace and apply it again',
    source: 'OCI distribution specification, error codes UNAUTHORIZED and DENIED',
    example: {
      code: 'StepFailed',
      text: 'step output-check (push secret "push") ended with exit code 64: cannot push to example.com/team/adapter:1: PUT "https://example.com/v2/team/adapter/blobs/uploads/": response status code 401: unauthorized: authentication required',
    },
  },
  {
    cause: 'PushRefused',
    places: ['container'],
    codes: step,
    pattern: /push secret "(?<secret>[^"]+)".*cannot push to (?<image>\S+): the push secret is empty/,
    mover: 'user',
    message: 'the Secret {secret}, by which {image} is pushed, has no credentials in it',
    nextStep:
      'make it by kubectl create secret docker-registry {secret} …; then delete the workspace and apply it again',
    source: SCRIPTS,
    example: {
      code: 'StepFailed',
      text: 'step output-check (push secret "push") ended with exit code 64: cannot push to example.com/team/adapter:1: the push secret is empty; make one by kubectl create secret docker-registry',
    },
  },
  {
    cause: 'OutputRepositoryUnknown',
    places: ['container'],
    codes: step,
    pattern: /cannot push to (?<image>\S+): .*(?:status code 404|name unknown|name_unknown|not found)/i,
    mover: 'user',
    message: 'the registry has no place for {image}',
    nextStep: 'create the repository in the registry, or correct tuning.output.image',
    source: 'OCI distribution specification, error code NAME_UNKNOWN',
    example: {
      code: 'StepFailed',
      text: 'step output-check (push secret "push") ended with exit code 64: cannot push to example.com/team/adapter:1: response status code 404: name unknown: repository name not known to registry',
    },
  },
  {
    cause: 'PushFailed',
    places: ['container'],
    codes: step,
    pattern: /cannot push to (?<image>\S+): (?<why>.{1,300})/,
    mover: 'user',
    message: 'the result could not be pushed to {image}',
    nextStep:
      'see the evidence; where another try may help, it is tried again by itself, without training anew where a volume keeps the result',
    source: SCRIPTS,
    example: {
      code: 'StepFailed',
      text: 'step output (push secret "push") ended with exit code 1: cannot push to example.com/team/adapter:1: dial tcp 20.1.2.3:443: i/o timeout',
    },
  },
  {
    cause: 'DataNotFound',
    places: ['container'],
    codes: step,
    pattern: /cannot download (?<url>\S+): HTTP (?:404|410)\b/,
    mover: 'user',
    message: 'there is nothing at the address of the data, {url}',
    nextStep: 'correct tuning.input.urls; if the file was put there only now, delete the workspace and apply it again',
    source: 'RFC 9110, status codes 404 and 410',
    example: {
      code: 'StepFailed',
      text: 'step data ended with exit code 64: cannot download https://example.com/data.parquet: HTTP 404',
    },
  },
  {
    cause: 'DataAccessDenied',
    places: ['container'],
    codes: step,
    pattern: /cannot download (?<url>\S+): HTTP 40[137]\b/,
    mover: 'user',
    message: 'the data at {url} may not be read without credentials',
    nextStep: 'make the file public, give an address with a signature in it, or bring the data as an image or a volume',
    source: 'RFC 9110, status codes 401 and 403',
    example: {
      code: 'StepFailed',
      text: 'step data ended with exit code 64: cannot download https://example.com/data.parquet: HTTP 403',
    },
  },
  {
    cause: 'DataTooLarge',
    places: ['container'],
    codes: step,
    pattern:
      /(?:cannot (?:download|use)) .*(?:larger than the|more than|bytes, and) (?<limit>\d+)\b.*(?:bytes that are allowed|bytes in \/data|are allowed)/,
    mover: 'user',
    message: 'the data is larger than the {limit} bytes that there is room for',
    nextStep: 'take a part of the data, choose an instance type with a larger disk, or bring the data on a volume',
    source: SCRIPTS,
    example: {
      code: 'StepFailed',
      text: 'step data ended with exit code 64: cannot download https://example.com/data.parquet: it is larger than the 53687091200 bytes that are allowed',
    },
  },
  {
    cause: 'DataChecksumWrong',
    places: ['container'],
    codes: step,
    pattern: /cannot download (?<url>\S+): its SHA-256 is (?<actual>[0-9a-f]{64}), not (?<wanted>[0-9a-f]{64})/i,
    mover: 'user',
    message: 'the file at {url} is not the one that is wanted: its SHA-256 is {actual}',
    nextStep: 'if the new file is right, correct the checksum behind #sha256= in tuning.input.urls',
    source: SCRIPTS,
    example: {
      code: 'StepFailed',
      text: `step data ended with exit code 64: cannot download https://example.com/data.parquet: its SHA-256 is ${'a'.repeat(64)}, not ${'b'.repeat(64)}`,
    },
  },
  {
    cause: 'DataDownloadFailed',
    places: ['container'],
    codes: step,
    pattern: /cannot download (?<what>https?:\S+|the training data): (?<why>.{1,300})/,
    mover: 'user',
    message: 'the data cannot be downloaded: {why}',
    nextStep:
      'check tuning.input.urls: each must lead to a file that everybody may read, over the public internet; what may pass is tried again',
    source: SCRIPTS,
    example: {
      code: 'StepFailed',
      text: 'step data ended with exit code 64: cannot download https://example.com/data.parquet: it is a web page (HTML), not data; give the address of the file itself',
    },
  },
  {
    cause: 'WeightsNotFound',
    places: ['container'],
    codes: step,
    pattern: /^step weights .*cannot (?:pull|use) (?<image>\S+): /,
    mover: 'cluster',
    message: 'the weights of the model cannot be pulled from {image}',
    nextStep:
      'check the option --preset-registry-name of the controller: the registry must have the images of the weights, and let the nodes pull them',
    source: 'KAITO docs, tuning: weights as OCI artifacts',
    example: {
      code: 'StepFailed',
      text: 'step weights ended with exit code 64: cannot pull mcr.microsoft.com/aks/kaito/kaito-phi-4:0.2.0: mcr.microsoft.com/aks/kaito/kaito-phi-4:0.2.0: not found',
    },
  },
  {
    cause: 'DataImageUnusable',
    places: ['container'],
    codes: step,
    pattern: /^step data .*cannot (?:pull|use) (?<image>\S+): (?<why>.{1,300})/,
    mover: 'user',
    message: 'the data cannot be had from the image {image}',
    nextStep:
      'check tuning.input.image and its imagePullSecrets: the image must have the data below /data; see the evidence',
    source: SCRIPTS,
    example: {
      code: 'StepFailed',
      text: 'step data ended with exit code 64: cannot pull example.com/data:1: response status code 401: unauthorized',
    },
  },
  {
    cause: 'DataMissing',
    places: ['container'],
    codes: step,
    pattern: /cannot use the training data: (?<why>.{1,300})/,
    mover: 'user',
    message: 'there is no data that can be used: {why}',
    nextStep: 'put the data where tuning.input says, readable for user 65534',
    source: SCRIPTS,
    example: {
      code: 'StepFailed',
      text: 'step data ended with exit code 64: cannot use the training data: there is no file in it; check tuning.input',
    },
  },
  {
    cause: 'ResultMissing',
    places: ['container'],
    codes: step,
    pattern: /cannot find the result: .*has left no (?<file>\S+) in (?<folder>\S+?);?(?:\s|$)/,
    mover: 'user',
    message: 'the training ended without {file} in {folder}',
    nextStep:
      'read what the trainer said: kubectl logs -c trainer; a trainer image of your own must write its result there',
    source: SCRIPTS,
    example: {
      code: 'StepFailed',
      text: 'step output ended with exit code 64: cannot find the result: the training has left no adapter_model.safetensors in /mnt/results; see the log of the container trainer',
    },
  },
  {
    cause: 'TrainerFailed',
    places: ['container'],
    codes: step,
    pattern: /^step trainer ended with exit code (?<exit>\d+)/,
    mover: 'user',
    message: 'the trainer ended with exit code {exit}, and its last words are not known to Kaito',
    nextStep:
      'read them in the evidence, or with kubectl logs -c trainer; with a volume as output the next try goes on from its last checkpoint',
    source: 'Kubernetes docs, "Jobs"',
    example: { code: 'StepFailed', text: 'step trainer ended with exit code 1' },
  },
  {
    cause: 'StepFailed',
    places: ['container'],
    codes: step,
    pattern: /^step (?<name>\S+) .*?ended with exit code (?<exit>\d+)/,
    mover: 'user',
    message: 'the step {name} of the training ended with exit code {exit}',
    nextStep: 'see the evidence, and kubectl logs -c {name}',
    source: 'Kubernetes docs, "Jobs"',
    example: { code: 'StepFailed', text: 'step data ended with exit code 1: the disk is gone' },
  },
];
