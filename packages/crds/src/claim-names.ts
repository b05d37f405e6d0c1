/** The name that KAITO gives to the pool of its NodeClaims and the value of their `karpenter.sh/nodepool` label. */
export const kaitoNodePoolName = 'kaito';
/** The value of `karpenter.sh/provisioner-name` on KAITO's Machines. */
export const kaitoProvisionerName = 'default';
/**
 * The message on a False Launched or MachineLaunched by which a provisioner tells KAITO that the size cannot be had, ever;
 * KAITO compares the text.
 */
export const instanceTypesUnavailableMessage = 'all requested instance types were unavailable during launch';
