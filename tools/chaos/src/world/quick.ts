/** As quick as the order of things allows: how long Azure takes, and how often the provisioner looks at it. */
export const QUICK = {
  timings: { nodeRegisterMs: 50, operationMs: 150, gpuAppearMs: 0, deleteMs: 100, nodeRemoveMs: 50 },
  provisioner: { POLL_CREATE: '100ms', POLL_DELETE: '100ms', POLL_MAX: '400ms', POLL_IDLE: '2s' },
} as const;
