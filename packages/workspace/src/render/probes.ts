import type { Workspace } from '@kaito/crds';
import type { PlannedServer } from '@kaito/planner';
import { indexInCopy, leaderIndex } from './command.ts';
import { hasManyLeaders, podIndexVariable } from './copies.ts';
import { leaderAddress } from './headless-service.ts';
import type { Container, Probe } from './pod-parts.ts';

type Probes = Pick<Container, 'startupProbe' | 'livenessProbe' | 'readinessProbe'>;

const periodSeconds = 10;
/** A server that works on long prompts may answer late; Kubernetes' one second would take that for death. */
const timeoutSeconds = 5;
const livenessFailures = 3;

/** In KAITO's base image; asks Ray whether the workers live, and the first pod's server whether it is well. */
const multiNodeHealthCheck = ['python3', '/workspace/vllm/multi-node-health-check.py'];
/** Port of Ray's control store on the first pod (Ray's default). */
const rayPort = 6379;

/** How the health of a server is asked for: while it starts, whether it lives, whether it can take requests. */
export function probes(workspace: Workspace, server: PlannedServer): Probes {
  const { probeDelays, runtime, podsPerCopy } = server;
  if (probeDelays) return delayedProbes(server, probeDelays);
  return runtime === 'vllm' && podsPerCopy > 1 ? multiNodeProbes(workspace, server) : httpProbes(server);
}

/** As KAITO v0.3 has them: a start-up is waited for by a delay. */
function delayedProbes(server: PlannedServer, delays: NonNullable<PlannedServer['probeDelays']>): Probes {
  const httpGet = { path: server.healthPath, port: server.port };
  return {
    readinessProbe: { httpGet, initialDelaySeconds: delays.readinessSeconds, periodSeconds },
    livenessProbe: { httpGet, initialDelaySeconds: delays.livenessSeconds, periodSeconds },
  };
}

function httpProbes(server: PlannedServer): Probes {
  const probe: Probe = { httpGet: { path: server.healthPath, port: server.port }, periodSeconds, timeoutSeconds };
  return {
    startupProbe: { ...probe, failureThreshold: startupFailures(server) },
    livenessProbe: { ...probe, failureThreshold: livenessFailures },
    readinessProbe: probe,
  };
}

/** Only the first pod of a copy has an endpoint; the script answers for the others that all is well. */
function multiNodeProbes(workspace: Workspace, server: PlannedServer): Probes {
  const ready = healthCheck(workspace, server, ['readiness', `--vllm-port=${server.port}`]);
  const alive = healthCheck(workspace, server, ['liveness', `--ray-port=${rayPort}`]);
  const probe: Probe = { exec: { command: ready }, periodSeconds, timeoutSeconds };
  return {
    startupProbe: { ...probe, failureThreshold: startupFailures(server) },
    livenessProbe: {
      exec: { command: alive },
      periodSeconds,
      timeoutSeconds: 2 * timeoutSeconds,
      failureThreshold: livenessFailures,
      // Workers are dead by then: no request can be finished.
      terminationGracePeriodSeconds: 1,
    },
    readinessProbe: probe,
  };
}

/** The script takes the pod of index 0 for the first one, so where there are several copies it is told the index in its own. */
function healthCheck(workspace: Workspace, server: PlannedServer, words: readonly string[]): readonly string[] {
  const script = (leader: string) => [...multiNodeHealthCheck, ...words, `--leader-address=${leader}`];
  if (!hasManyLeaders(server)) return script(leaderAddress(workspace, '0'));
  const call = script(leaderAddress(workspace, leaderIndex(server))).join(' ');
  return ['/bin/sh', '-c', `exec env ${podIndexVariable}="${indexInCopy(server)}" ${call}`];
}

function startupFailures({ startTimeoutSeconds }: PlannedServer): number {
  return Math.max(1, Math.ceil(startTimeoutSeconds / periodSeconds));
}
