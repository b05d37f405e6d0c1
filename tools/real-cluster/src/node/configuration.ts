import { ADDRESSES, podRange } from '../cluster/addresses.ts';

/** The pod sandbox, made from our own `pause`. */
export const SANDBOX_IMAGE = 'localhost/kaito/pause:1';

/** containerd's configuration, TOML, version 2. @param folder where it keeps its images. @param cni folder of network configurations. */
export function containerdConfiguration(folder: string, cni: string): string {
  return `version = 2
root = "${folder}/containerd"
state = "/run/containerd"
[grpc]
  address = "/run/containerd/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "${folder}/opt"
[plugins."io.containerd.grpc.v1.cri"]
  # Root in a container may lack CAP_SYS_RESOURCE, without which runc cannot lower a score.
  restrict_oom_score_adj = true
  sandbox_image = "${SANDBOX_IMAGE}"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${cni}"
`;
}

/** The network of a node's pods: a bridge of its own with a range of its own. @param node index of the node. */
export function networkConfiguration(node: number): object {
  const ipam = {
    type: 'host-local',
    ranges: [[{ subnet: podRange(node) }]],
    routes: [{ dst: '0.0.0.0/0' }],
    dataDir: '/var/lib/cni/ipam',
  };
  return {
    cniVersion: '0.4.0',
    name: 'pods',
    plugins: [
      { type: 'bridge', bridge: `cni${node}`, isGateway: true, hairpinMode: true, ipam },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
}

export interface KubeletOptions {
  readonly address: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
  readonly resolvConf: string;
  readonly cgroup: string;
  readonly providerId?: string | undefined;
  readonly taints: readonly object[];
}

/** The kubelet's configuration (kubelet.config.k8s.io/v1beta1). */
export function kubeletConfiguration(options: KubeletOptions): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: options.address,
    tlsCertFile: options.certFile,
    tlsPrivateKeyFile: options.keyFile,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: options.caFile },
    },
    authorization: { mode: 'Webhook' },
    healthzPort: 0,
    failCgroupV1: false,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: options.cgroup,
    containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
    resolvConf: options.resolvConf,
    clusterDomain: 'cluster.local',
    clusterDNS: [ADDRESSES.dnsService],
    failSwapOn: false,
    protectKernelDefaults: false,
    // The host's disk is not ours to judge.
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    evictionHard: {
      'memory.available': '100Mi',
      'nodefs.available': '1%',
      'imagefs.available': '1%',
      'nodefs.inodesFree': '1%',
    },
    serializeImagePulls: false,
    // Fake GPUs show with the next report.
    nodeStatusUpdateFrequency: '2s',
    ...(options.providerId === undefined ? {} : { providerID: options.providerId }),
    registerWithTaints: options.taints,
  };
}
