import { azureValues } from './helm.ts';

/** Values with which the charts are rendered, by what is tried with them. */
export const valueSets: readonly (readonly [chart: string, what: string, values: readonly string[]])[] = [
  ['gpu-provisioner', 'what it needs', azureValues],
  [
    'gpu-provisioner',
    'the cluster in controller.env, as in the values of upstream',
    [
      'controller.env[0].name=ARM_SUBSCRIPTION_ID,controller.env[0].value=s',
      'controller.env[1].name=LOCATION,controller.env[1].value=eastus',
      'controller.env[2].name=AZURE_CLUSTER_NAME,controller.env[2].value=aks',
      'controller.env[3].name=ARM_RESOURCE_GROUP,controller.env[3].value=rg',
      'controller.env[4].name=LEADER_ELECT,controller.env[4].value=null',
    ],
  ],
  [
    'gpu-provisioner',
    'a token of its own, monitoring and everything optional',
    [
      ...azureValues,
      'workloadIdentity.projectToken=true',
      'config.gcDryRun=true,config.gcInterval=1m',
      'serviceMonitor.enabled=true,serviceMonitor.endpointConfig.interval=30s,serviceMonitor.additionalLabels.release=p',
      'prometheusRule.enabled=true,prometheusRule.alertLabels.team=gpu',
      'dashboards.enabled=true,dashboards.annotations.folder=kaito',
      'additionalLabels.a=b,additionalAnnotations.c=d,service.annotations.e=f,podLabels.g=h,podAnnotations.i=j',
      'extraVolumes[0].name=ca,extraVolumes[0].configMap.name=ca',
      'controller.extraVolumeMounts[0].name=ca,controller.extraVolumeMounts[0].mountPath=/ca',
      'controller.env[0].name=AZURE_CA_FILE,controller.env[0].value=/ca/ca.crt',
      'networkPolicy.extraEgress[0].ports[0].port=8443',
      'controller.image.digest=sha256:0000000000000000000000000000000000000000000000000000000000000000',
      'imagePullSecrets[0].name=pull,priorityClassName=,crds.force=true,podDisruptionBudget.maxUnavailable=50%',
      'additionalClusterRoleRules[0].apiGroups[0]=,additionalClusterRoleRules[0].resources[0]=pods,additionalClusterRoleRules[0].verbs[0]=get',
    ],
  ],
  [
    'gpu-provisioner',
    'a managed identity, and nothing that can be left out',
    [
      ...azureValues,
      'deploymentMode=managed,replicas=1,podDisruptionBudget.enabled=false,networkPolicy.enabled=false,crds.install=false',
      'serviceAccount.create=false,serviceAccount.name=given,dnsPolicy=ClusterFirst,hostNetwork=true',
    ],
  ],
  ['workspace', 'nothing', []],
  ['workspace', 'detection', ['nodeProvisioner=', 'fullnameOverride=kaito']],
  ['workspace', 'NodeClaims', ['nodeProvisioner=azure-gpu-provisioner', 'formerNodeProvisioners={machine,karpenter}']],
  ['workspace', 'Karpenter', ['nodeProvisioner=karpenter']],
  ['workspace', 'brought nodes, unchecked', ['nodeProvisioner=byo', 'webhook.enabled=false', 'replicaCount=1']],
  [
    'workspace',
    'everything optional',
    [
      'config.huggingFaceEndpoint=off,config.gracePeriod=10s,image.tag=v1',
      'serviceMonitor.enabled=true,prometheusRule.enabled=true,dashboards.enabled=true',
      'nvidiaDevicePlugin.enabled=false',
      'inferenceNetworkPolicy.namespaces={default},inferenceNetworkPolicy.from[0].namespaceSelector.matchLabels.a=b',
      'networkPolicy.metricsFrom[0].namespaceSelector.matchLabels.name=monitoring',
      'webhook.failurePolicy=Ignore,webhook.port=10250,serviceAccountName=sa,serviceAccountAnnotations.a=b,serviceName=svc',
      'additionalLabels.a=b,podTemplateLabels.g=h,podAnnotations.i=j,env[0].name=HTTPS_PROXY,env[0].value=http://proxy:3128',
    ],
  ],
];

/** Values that are refused, with what the message names. */
export const refusedValues: readonly (readonly [chart: string, values: readonly string[], message: RegExp])[] = [
  ['workspace', ['replicas=3'], /additional properties 'replicas' not allowed|Additional property replicas/],
  ['workspace', ['replicaCount=two'], /replicaCount.*(integer|type)/s],
  ['workspace', ['nodeProvisioner=gcp'], /nodeProvisioner.*must be one of.*machine/s],
  ['workspace', ['webhook.port=443'], /webhook.port.*1,?024/s],
  ['workspace', ['config.gracePeriod=soon'], /gracePeriod.*pattern/s],
  ['workspace', ['config.leaderElectionNamespace=x'], /leaderElectionNamespace/],
  ['workspace', ['image.digest=sha256:short'], /digest.*pattern/s],
  [
    'workspace',
    ['nodeProvisioner=karpenter', 'karpenterProvider=aws'],
    /aws is not among karpenterProviders, which are azure/,
  ],
  ['gpu-provisioner', ['podDisruptionBudget.maxUnavailable=half', ...azureValues], /maxUnavailable/],
  ['gpu-provisioner', ['config.logLevel=debug', ...azureValues], /logLevel/],
  ['gpu-provisioner', [], /settings\.azure\.\w+ is needed/],
  ['gpu-provisioner', [...azureValues, 'serviceAccount.create=false'], /serviceAccount.name: name the service account/],
  [
    'gpu-provisioner',
    [...azureValues.slice(0, 4), 'workloadIdentity.projectToken=true'],
    /workloadIdentity.clientId is needed/,
  ],
];
