import type { Job, Node, Pod, StatefulSet } from '@kaito/kube';

type PodSpec = NonNullable<Pod['spec']>;
type Container = PodSpec['containers'][number];
type Mount = NonNullable<Container['volumeMounts']>[number];

export const oras = 'ghcr.io/oras-project/oras:v1.3.0';
export const base = 'mcr.microsoft.com/aks/kaito/kaito-base:0.1.0';

/** A node with a GPU that kwok says is there. */
export function gpuNode(name: string): Node {
  const resources = { cpu: '16', memory: '64Gi', pods: '110', 'nvidia.com/gpu': '8' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, annotations: { 'kwok.x-k8s.io/node': 'fake' }, labels: { pool: name } },
    status: { capacity: resources, allocatable: resources },
  };
}

function shell(name: string, image: string, script: string): Container {
  return { name, image, command: ['/bin/sh', '-c', `set -eu\n${script}`] };
}

const trainingConfig = `training_config:
  LoraConfig: { r: 4, target_modules: [q_proj] }
  TrainingArguments: { output_dir: /mnt/results, max_steps: 12, save_steps: 3, logging_steps: 2, save_strategy: steps }
  DatasetConfig: { response_column: text }
`;

export const trainingConfigMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'training', namespace: 'default' },
  data: { 'training_config.yaml': trainingConfig },
};

export interface TrainingJob {
  readonly name: string;
  readonly node: string;
  /** Host and port. */
  readonly registry: string;
  /** Repository and tag for the result. */
  readonly output: string;
  /** What the data hold, as one line. */
  readonly row?: string;
  /** More of the environment of the trainer. */
  readonly env?: Container['env'];
}

function mount(volume: string, mountPath: string): Mount {
  return { name: volume, mountPath };
}

/** A Job in the shape of a training: steps one after the other, its results in a folder of the node. */
export function trainingJob({ name, node, registry, output, row = '{"text":"a"}', env = [] }: TrainingJob): Job {
  const run = mount('run', '/run/kaito');
  const results = mount('results', '/mnt/results');
  const data = mount('data', '/mnt/data');
  const weights = mount('weights', '/workspace/weights');
  const steps: readonly Container[] = [
    {
      ...step('output-check', 'sleep 0.3; echo probe > probe; oras blob push "$OUTPUT-check" probe', {
        OUTPUT: `${registry}/check`,
      }),
    },
    {
      ...step('weights', 'sleep 0.3; oras pull "$WEIGHTS_REFERENCE" -o /workspace/weights', {
        WEIGHTS_REFERENCE: `${registry}/aks/kaito/kaito-phi:1`,
      }),
      volumeMounts: [weights, run],
    },
    {
      ...step(
        'data',
        `sleep 0.3; printf '%s\\n' "$ROW" > /mnt/data/rows.json; echo '{"files":1}' > /dev/termination-log`,
        { ROW: row },
      ),
      volumeMounts: [data, run],
    },
    {
      ...shell('trainer', base, TRAINER),
      env: [
        { name: 'YAML_FILE_PATH', value: '/mnt/config/training_config.yaml' },
        { name: 'RUN_DIR', value: '/run/kaito' },
        { name: 'RUN_ID', value: 'one-run' },
        ...env,
      ],
      terminationMessagePolicy: 'FallbackToLogsOnError',
      volumeMounts: [data, weights, results, run, mount('config', '/mnt/config')],
    },
  ];
  const last = step('output', PUSH, { OUTPUT: `${registry}/${output}` });
  const labels = { 'kaito.sh/workspace': name };
  const volumes = [
    ...['run', 'data', 'weights'].map(volume => ({ name: volume, emptyDir: {} })),
    { name: 'results', hostPath: { path: `/results/${name}` } },
    { name: 'config', configMap: { name: 'training' } },
  ];
  const spec: PodSpec = {
    restartPolicy: 'Never',
    nodeSelector: { pool: node },
    terminationGracePeriodSeconds: 2,
    initContainers: [...steps],
    containers: [{ ...last, volumeMounts: [results, run] }],
    volumes,
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: 'default', labels },
    spec: { backoffLimit: 3, template: { metadata: { labels }, spec } },
  };
}

function step(name: string, script: string, env: Readonly<Record<string, string>>): Container {
  const variables = Object.entries(env).map(([variable, value]) => ({ name: variable, value }));
  return { ...shell(name, oras, script), env: variables };
}

const TRAINER = `cd /workspace/tfs/
python3 metrics_server.py &
code=0
accelerate launch --num_processes=1 /mnt/kaito/train.py || code=$?
exit "$(cat "$RUN_DIR/trainer.exit" 2>/dev/null || echo $code)"`;

const PUSH = `sleep 0.3
mkdir -p /tmp/out/data
cp /mnt/results/adapter_config.json /mnt/results/adapter_model.safetensors /tmp/out/data/
cd /tmp/out
tar --sort=name --mtime=@0 --owner=0 --group=0 -cf layer.tar data
gzip -nf layer.tar
oras push --annotation org.opencontainers.image.created=1970-01-01T00:00:00Z "$OUTPUT" layer.tar.gz:application/vnd.oci.image.layer.v1.tar+gzip
printf '{"digest":"%s"}' "$(oras resolve "$OUTPUT")" > /dev/termination-log`;

/** A server whose sidecar keeps its adapters as a ConfigMap lists them. */
export function adapterServer(name: string, node: string): StatefulSet {
  const labels = { 'kaito.sh/workspace': name };
  const adapters = { name: 'adapters', mountPath: '/mnt/adapter' };
  const health = { httpGet: { path: '/health', port: 5000 }, periodSeconds: 1 };
  const spec: PodSpec = {
    nodeSelector: { pool: node },
    terminationGracePeriodSeconds: 2,
    initContainers: [
      {
        ...shell('adapters', oras, SIDECAR),
        restartPolicy: 'Always',
        env: [{ name: 'SERVER', value: 'http://127.0.0.1:5000' }],
        startupProbe: { exec: { command: ['test', '-f', '/mnt/adapter/.brought'] }, periodSeconds: 1 },
        volumeMounts: [adapters, { name: 'list', mountPath: '/mnt/kaito/adapters' }],
      },
    ],
    containers: [
      {
        ...shell('server', base, 'exec python3 /workspace/vllm/inference_api.py --served-model-name=phi --enable-lora'),
        env: [{ name: 'VLLM_ALLOW_RUNTIME_LORA_UPDATING', value: 'True' }],
        ports: [{ containerPort: 5000 }],
        startupProbe: health,
        readinessProbe: health,
        volumeMounts: [adapters],
      },
    ],
    volumes: [
      { name: 'adapters', emptyDir: {} },
      { name: 'list', configMap: { name: `${name}-adapters` } },
    ],
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, namespace: 'default' },
    spec: {
      serviceName: name,
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec },
    },
  };
}

/** Brings what is missing, and tells the server of it when there is one. */
const SIDECAR = `bring() {
  while read -r name image; do
    [ -n "$name" ] && [ ! -d "/mnt/adapter/$name" ] || continue
    work=$(mktemp -d)
    oras copy "$image" --to-oci-layout "$work/layout:x"
    digest=$(oras manifest fetch "$image" | tr ',' '\\n' | grep -o 'sha256:[0-9a-f]*' | tail -n 1)
    mkdir "$work/files"
    tar -xzf "$work/layout/blobs/sha256/\${digest#sha256:}" -C "$work/files"
    mv "$work/files/data" "/mnt/adapter/$name"
    if [ -f /mnt/adapter/.brought ]; then
      curl -sS -f -H 'content-type: application/json' -d '{"lora_name":"'"$name"'","lora_path":"/mnt/adapter/'"$name"'"}' "$SERVER/v1/load_lora_adapter"
    fi
    echo "brought $name"
  done < /mnt/kaito/adapters/adapters
}
trap 'exit 0' TERM
bring
touch /mnt/adapter/.brought
while :; do sleep 0.3; bring; done`;
