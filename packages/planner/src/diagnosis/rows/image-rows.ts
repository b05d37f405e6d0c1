import type { DiagnosisRow } from '../diagnosis.ts';

const CONTAINERD = 'containerd and the kubelet, messages of a failed pull';
const RETRIED = 'the pull is tried again, at most every 5 minutes';

/** Why an image cannot be pulled. */
export const imageRows: readonly DiagnosisRow[] = [
  {
    cause: 'ImageNameInvalid',
    places: ['image'],
    codes: ['InvalidImageName'],
    mover: 'user',
    message: 'the name of the image cannot be read',
    nextStep: 'correct the image in the workspace: <registry>/<repository>:<tag>, in lower case',
    source: 'Kubernetes docs, "Images"',
    example: {
      code: 'InvalidImageName',
      text: 'Failed to apply default image tag "Bad:": couldn\'t parse image name: invalid reference format',
    },
  },
  {
    cause: 'RegistryThrottles',
    places: ['image'],
    pattern: /toomanyrequests|429 Too Many Requests/i,
    mover: 'cluster',
    message: 'the registry limits how often images are pulled',
    nextStep: `${RETRIED}; to get on sooner pull with an account (imagePullSecrets), or from a mirror of your own`,
    source: 'Docker Hub docs, "Usage and limits"',
    example: {
      code: 'ImagePullBackOff',
      text: 'Back-off pulling image "x": ErrImagePull: toomanyrequests: You have reached your unauthenticated pull rate limit',
    },
  },
  {
    cause: 'ImageAccessDenied',
    places: ['image'],
    pattern:
      /\b401 Unauthorized\b|\b403 Forbidden\b|unauthorized: |authorization failed|insufficient_scope|pull access denied|no basic auth credentials|denied: /i,
    mover: 'user',
    message: 'the registry does not let the node pull the image',
    nextStep:
      'name a Secret of type kubernetes.io/dockerconfigjson in imagePullSecrets of the preset or adapter, or let the nodes pull: az aks update --attach-acr <registry>',
    source: CONTAINERD,
    example: {
      code: 'ErrImagePull',
      text: 'failed to pull and unpack image "r.azurecr.io/m:1": failed to resolve reference "r.azurecr.io/m:1": failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://r.azurecr.io/oauth2/token: 401 Unauthorized',
    },
  },
  {
    cause: 'ImageWrongPlatform',
    places: ['image'],
    pattern: /no match for platform in manifest|exec format error/i,
    mover: 'user',
    message: 'the image is not made for the processors of the node',
    nextStep: 'build it for linux/amd64: docker buildx build --platform linux/amd64',
    source: CONTAINERD,
    example: { code: 'ErrImagePull', text: 'no match for platform in manifest: not found' },
  },
  {
    cause: 'RegistryNotResolved',
    places: ['image'],
    pattern:
      /lookup (?<host>[\w.-]+)(?: on [\w.:[\]]+)?: (?:no such host|server misbehaving|i\/o timeout)|no such host/i,
    mover: 'cluster',
    message: 'the node cannot resolve the name of the registry: {host}',
    nextStep: `check that {host} is written right, and the name servers of the nodes' network; ${RETRIED}`,
    source: CONTAINERD,
    example: {
      code: 'ImagePullBackOff',
      text: 'dial tcp: lookup mcr.microsoft.example on 168.63.129.16:53: no such host',
    },
  },
  {
    cause: 'RegistryCertificateUnknown',
    places: ['image'],
    pattern: /x509: |certificate signed by unknown authority/i,
    mover: 'cluster',
    message: 'the node does not trust the certificate of the registry',
    nextStep:
      'give the nodes the certificate authority of the registry or of the proxy; AKS: custom certificate authority of the node pool',
    source: CONTAINERD,
    example: {
      code: 'ErrImagePull',
      text: 'tls: failed to verify certificate: x509: certificate signed by unknown authority',
    },
  },
  {
    cause: 'NodeDiskFull',
    places: ['image', 'log', 'container'],
    pattern: /no space left on device/i,
    mover: 'user',
    message: 'the disk of the node is full',
    nextStep:
      'choose an instance type with a larger or a local NVMe disk; what is on the node now: kubectl describe node',
    source: 'Linux, errno ENOSPC',
    example: {
      code: 'ErrImagePull',
      text: 'failed to extract layer sha256:0: write /usr/lib/x.so: no space left on device',
    },
  },
  {
    cause: 'ImageNotFound',
    places: ['image'],
    pattern: /(?:image|resolve reference) "(?<image>[^"\s]+)".*(?:not found|manifest unknown)/s,
    mover: 'user',
    message: 'there is no image {image}',
    nextStep:
      'correct repository and tag of the image; for the images of presets check the option --preset-registry-name of the controller',
    source: CONTAINERD,
    example: {
      code: 'ImagePullBackOff',
      text: 'Back-off pulling image "mcr.microsoft.com/a:1": ErrImagePull: rpc error: code = NotFound desc = failed to pull and unpack image "mcr.microsoft.com/a:1": failed to resolve reference "mcr.microsoft.com/a:1": mcr.microsoft.com/a:1: not found',
    },
  },
  {
    cause: 'ImageNotFound',
    places: ['image'],
    pattern: /manifest unknown|: not found/i,
    mover: 'user',
    message: 'the registry does not have the image',
    nextStep:
      'correct repository and tag of the image; for the images of presets check the option --preset-registry-name of the controller',
    source: CONTAINERD,
    example: { code: 'ImagePullBackOff', text: 'manifest unknown' },
  },
  {
    cause: 'RegistryUnreachable',
    places: ['image'],
    pattern:
      /i\/o timeout|connection refused|connection reset|TLS handshake timeout|network is unreachable|deadline exceeded|Client\.Timeout|\bEOF\b|50[0234] /i,
    mover: 'cluster',
    message: 'the node does not reach the registry',
    nextStep: `check firewall, proxy and routes of the nodes' network; ${RETRIED}`,
    source: CONTAINERD,
    example: { code: 'ErrImagePull', text: 'dial tcp 20.1.2.3:443: i/o timeout' },
  },
  {
    cause: 'ImageNeverPulled',
    places: ['image'],
    codes: ['ErrImageNeverPull'],
    mover: 'user',
    message: 'the image is not on the node, and the template forbids to pull it',
    nextStep: 'set imagePullPolicy: IfNotPresent in the template',
    source: 'Kubernetes docs, "Images", image pull policy',
    example: { code: 'ErrImageNeverPull', text: 'Container image "x" is not present with pull policy of Never' },
  },
  {
    cause: 'ImagePullFailed',
    places: ['image'],
    mover: 'user',
    message: 'an image cannot be pulled',
    nextStep: `see the evidence; ${RETRIED}`,
    source: 'Kubernetes docs, "Images", ImagePullBackOff',
    example: { code: 'ImagePullBackOff', text: 'Back-off pulling image "x"' },
  },
];
