import type { Workspace } from '@kaito/crds';
import {
  canonicalJson,
  configMaps,
  ignoreNotFound,
  type AdmissionAnswer,
  type AdmissionHandler,
  type Client,
} from '@kaito/kube';
import { broughtNode } from '../nodes/brought-node.ts';
import type { Informers } from '../observe/informers.ts';
import { broughtNodes, observeConfig } from '../observe/observe.ts';
import { planInput, type ReviewFacts } from './facts.ts';
import type { Rehearsal } from './rehearsal.ts';
import { judgedWorkspace, reviewWorkspace, verdict, type WorkspaceReview } from './review-workspace.ts';

/** Where the API server asks about workspaces (KAITO). */
export const workspaceWebhookPath = '/validate/workspace.kaito.sh';

/** What the webhook is made of. */
export interface WorkspaceWebhookParts {
  readonly client: Pick<Client, 'get'>;
  readonly informers: Pick<Informers, 'configMaps' | 'nodes'>;
  /** Resolves when the informers are filled. */
  readonly synced: (signal: AbortSignal) => Promise<void>;
  /** What the API server would say of the pods; they are not asked about when absent. */
  readonly rehearse?: Rehearsal;
  /** The facts that informers do not hold. */
  readonly facts: Omit<ReviewFacts, 'config' | 'nodes'>;
}

/**
 * The handler for `workspaceWebhookPath`. It judges from caches. Where it would refuse and a ConfigMap plays a part, it reads that one
 * from the API server and judges again, because `kubectl apply` may have created it a moment ago.
 */
export function workspaceWebhook(parts: WorkspaceWebhookParts): AdmissionHandler {
  const { client, informers, synced, facts, rehearse } = parts;
  const cached: ReviewFacts = {
    ...facts,
    config: workspace => observeConfig(informers, workspace),
    nodes: workspace => broughtNodes(informers, workspace).map(({ node }) => broughtNode(node)),
  };
  return async (request, signal) => {
    await synced(signal);
    const review = request as WorkspaceReview;
    const first = reviewWorkspace(review, cached);
    const answer = first.allowed ? first : await reviewAgain(review, { cached, client, signal, answer: first });
    const workspace = answer.allowed && rehearse ? podsToJudge(review) : undefined;
    if (!workspace || !rehearse) return answer;
    return { ...answer, ...verdict(await rehearse(workspace, planInput(workspace, cached), signal)) };
  };
}

/** The workspace, where pods would be made anew for it: an old one whose pods stay the same is left alone. */
function podsToJudge(review: WorkspaceReview): Workspace | undefined {
  const workspace = judgedWorkspace(review);
  const { oldObject } = review;
  const isSame = oldObject !== null && canonicalJson(oldObject.inference) === canonicalJson(workspace?.inference);
  return isSame ? undefined : workspace;
}

interface SecondLook {
  readonly cached: ReviewFacts;
  readonly client: Pick<Client, 'get'>;
  readonly signal: AbortSignal;
  readonly answer: AdmissionAnswer;
}

async function reviewAgain(
  review: WorkspaceReview,
  { cached, client, signal, answer }: SecondLook,
): Promise<AdmissionAnswer> {
  const { object, namespace = '' } = review;
  const name = object?.inference?.config ?? object?.tuning?.config;
  if (!object || !name) return answer;
  const fresh = await ignoreNotFound(client.get(configMaps, { name, namespace }, { signal }));
  const seen = observeConfig({ configMaps: { get: () => fresh } }, object);
  return reviewWorkspace(review, {
    ...cached,
    config: workspace => (nameOfConfig(workspace) === name ? seen : cached.config(workspace)),
  });
}

function nameOfConfig({ inference, tuning }: Workspace): string | undefined {
  return inference?.config ?? tuning?.config;
}
