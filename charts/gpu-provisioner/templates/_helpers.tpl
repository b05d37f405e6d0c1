{{- define "gpu-provisioner.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "gpu-provisioner.fullname" -}}
{{- $name := include "gpu-provisioner.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- /* What selects the pods; it can never change for a Deployment that exists. */ -}}
{{- define "gpu-provisioner.selectorLabels" -}}
app.kubernetes.io/name: {{ include "gpu-provisioner.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "gpu-provisioner.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "gpu-provisioner.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: kaito
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.additionalLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "gpu-provisioner.image" -}}
{{- $image := .Values.controller.image -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $image.repository $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $image.repository (default .Chart.AppVersion $image.tag) -}}
{{- end -}}
{{- end -}}

{{- /* The node binary of the image, for what is not the controller itself. */ -}}
{{- define "gpu-provisioner.node" -}}
/nodejs/bin/node
{{- end -}}

{{- /* The variables that were given and have a value, as a YAML list. */ -}}
{{- define "gpu-provisioner.givenEnv" -}}
{{- $given := list -}}
{{- range .Values.controller.env -}}
{{- if or .valueFrom (kindIs "string" .value) -}}
{{- $given = append $given . -}}
{{- end -}}
{{- end -}}
{{- toYaml $given -}}
{{- end -}}

{{- /* Those, and ours before them but for those of the same name: a list with a name twice cannot be applied. */ -}}
{{- define "gpu-provisioner.env" -}}
{{- $given := include "gpu-provisioner.givenEnv" . | fromYamlArray -}}
{{- $names := list -}}
{{- range $given -}}
{{- $names = append $names .name -}}
{{- end -}}
{{- $env := list -}}
{{- range include "gpu-provisioner.defaultEnv" (dict "root" . "names" $names) | fromYamlArray -}}
{{- if not (has .name $names) -}}
{{- $env = append $env . -}}
{{- end -}}
{{- end -}}
{{- toYaml (concat $env $given) -}}
{{- end -}}

{{- /* Where its pods may run, as fields of a pod. */ -}}
{{- define "gpu-provisioner.placement" -}}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.podSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "gpu-provisioner.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "gpu-provisioner.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- required "serviceAccount.name: name the service account, as serviceAccount.create is false" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "gpu-provisioner.annotations" -}}
{{- with .Values.additionalAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- /* The CustomResourceDefinitions that it needs. */ -}}
{{- define "gpu-provisioner.crds" -}}
{{- toYaml (list "machines.karpenter.sh" "nodeclaims.karpenter.sh" "kaitonodeclasses.kaito.sh") -}}
{{- end -}}

{{- /* What the chart sets in the environment; `names` are those that were given, which need no value here. */ -}}
{{- define "gpu-provisioner.defaultEnv" -}}
{{- $values := .root.Values -}}
{{- $azure := $values.settings.azure -}}
{{- $needed := dict
  "ARM_SUBSCRIPTION_ID" (list "settings.azure.subscriptionId" $azure.subscriptionId)
  "ARM_RESOURCE_GROUP" (list "settings.azure.resourceGroup" $azure.resourceGroup)
  "AZURE_CLUSTER_NAME" (list "settings.azure.clusterName" $azure.clusterName)
  "LOCATION" (list "settings.azure.location" $azure.location) -}}
{{- range $name, $value := $needed }}
{{- if not (or (has $name $.names) (and $values.controller.envFrom (not (index $value 1)))) }}
- name: {{ $name }}
  value: {{ required (printf "%s is needed: the cluster for which nodes are made (or %s in controller.env)" (index $value 0) $name) (index $value 1) | quote }}
{{- end }}
{{- end }}
- name: DEPLOYMENT_MODE
  value: {{ $values.deploymentMode }}
- name: LOG_LEVEL
  value: {{ default $values.logLevel $values.controller.logLevel }}
- name: METRICS_PORT
  value: {{ $values.controller.metrics.port | quote }}
- name: HEALTH_PROBE_PORT
  value: {{ $values.controller.healthProbe.port | quote }}
- name: LEADER_ELECTION_NAMESPACE
  value: {{ .root.Release.Namespace }}
{{- if eq (include "gpu-provisioner.identity" .root) "projected" }}
- name: AZURE_CLIENT_ID
  value: {{ required "workloadIdentity.clientId is needed with workloadIdentity.projectToken" $values.workloadIdentity.clientId | quote }}
- name: AZURE_TENANT_ID
  value: {{ required "workloadIdentity.tenantId is needed with workloadIdentity.projectToken" $values.workloadIdentity.tenantId | quote }}
- name: AZURE_FEDERATED_TOKEN_FILE
  value: /var/run/secrets/azure/tokens/azure-identity-token
{{- else if $values.workloadIdentity.clientId }}
{{- if eq $values.deploymentMode "managed" }}
- name: AZURE_CLIENT_ID
  value: {{ $values.workloadIdentity.clientId | quote }}
{{- end }}
{{- end }}
{{- if $values.config }}
- name: CONFIG_FILE
  value: /etc/kaito/config.yaml
{{- end }}
# glibc keeps an arena for each thread of Node's pool, which does next to nothing here: 15 MiB less.
- name: MALLOC_ARENA_MAX
  value: '1'
{{- end -}}

{{- /* How it signs in: projected (the chart gives the token), webhook (that of Azure Workload Identity does) or none of both. */ -}}
{{- define "gpu-provisioner.identity" -}}
{{- if eq .Values.deploymentMode "managed" -}}
managed
{{- else if .Values.workloadIdentity.projectToken -}}
projected
{{- else -}}
webhook
{{- end -}}
{{- end -}}
