import { randomUUID } from 'node:crypto';
import type { NodeConditionPatch } from '../admin/protocol.ts';

/**
 * What the node problem detector of AKS writes when Azure announces that it takes a spot machine back. Node images differ
 * in what they show, so all are there: VMEventScheduled (AKS docs, "Node Problem Detector"), PreemptScheduled, and the newer
 * PreemptionScheduled (Azure/karpenter-provider-azure, package interruption).
 * @param notBefore milliseconds since the epoch.
 */
export function preemptionNotice(notBefore: number): readonly NodeConditionPatch[] {
  const time = new Date(notBefore).toUTCString();
  const message = `Preempt Scheduled: ${time}. For more information, see https://aka.ms/aks/scheduledevents. EventId: ${randomUUID().toUpperCase()}`;
  return [
    { type: 'VMEventScheduled', status: 'True', reason: 'VMEventScheduled', message },
    { type: 'PreemptScheduled', status: 'True', reason: 'PreemptScheduled', message },
    { type: 'PreemptionScheduled', status: 'True', reason: 'SpotEvictionIncoming', message },
  ];
}
