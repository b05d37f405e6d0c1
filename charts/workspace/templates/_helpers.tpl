{{- define "workspace.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "workspace.fullname" -}}
{{- $name := include "workspace.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- /* What selects the pods; it can never change for a Deployment that exists. */ -}}
{{- define "workspace.selectorLabels" -}}
app.kubernetes.io/name: {{ include "workspace.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "workspace.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "workspace.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: kaito
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.additionalLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "workspace.image" -}}
{{- $image := .Values.image -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $image.repository $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $image.repository (default .Chart.AppVersion $image.tag) -}}
{{- end -}}
{{- end -}}

{{- /* The node binary of the image, for what is not the controller itself. */ -}}
{{- define "workspace.node" -}}
/nodejs/bin/node
{{- end -}}

{{- /* The variables that were given and have a value, as a YAML list. */ -}}
{{- define "workspace.givenEnv" -}}
{{- $given := list -}}
{{- range .Values.env -}}
{{- if or .valueFrom (kindIs "string" .value) -}}
{{- $given = append $given . -}}
{{- end -}}
{{- end -}}
{{- toYaml $given -}}
{{- end -}}

{{- /* Those, and ours before them but for those of the same name: a list with a name twice cannot be applied. */ -}}
{{- define "workspace.env" -}}
{{- $given := include "workspace.givenEnv" . | fromYamlArray -}}
{{- $names := list -}}
{{- range $given -}}
{{- $names = append $names .name -}}
{{- end -}}
{{- $env := list -}}
{{- range include "workspace.defaultEnv" (dict "root" . "names" $names) | fromYamlArray -}}
{{- if not (has .name $names) -}}
{{- $env = append $env . -}}
{{- end -}}
{{- end -}}
{{- toYaml (concat $env $given) -}}
{{- end -}}

{{- /* Where its pods may run, as fields of a pod. */ -}}
{{- define "workspace.placement" -}}
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

{{- define "workspace.serviceAccountName" -}}
{{- default (printf "%s-sa" (include "workspace.fullname" .)) .Values.serviceAccountName -}}
{{- end -}}

{{- define "workspace.serviceName" -}}
{{- default (printf "%s-svc" (include "workspace.fullname" .)) .Values.serviceName -}}
{{- end -}}

{{- /* The ways to have nodes for which it needs rights, as a YAML list. */ -}}
{{- define "workspace.provisioners" -}}
{{- $chosen := include "workspace.nodeProvisioner" . -}}
{{- if $chosen -}}
{{- toYaml (uniq (prepend .Values.formerNodeProvisioners $chosen)) -}}
{{- else -}}
{{- toYaml (list "machine" "nodeclaim" "karpenter" "byo") -}}
{{- end -}}
{{- end -}}

{{- define "workspace.nodeProvisioner" -}}
{{- .Values.nodeProvisioner | replace "azure-gpu-provisioner" "nodeclaim" -}}
{{- end -}}

{{- /* The chosen provider of Karpenter. */ -}}
{{- define "workspace.karpenter" -}}
{{- $name := .Values.karpenterProvider -}}
{{- $known := keys .Values.karpenterProviders | sortAlpha | join ", " -}}
{{- if not (hasKey .Values.karpenterProviders $name) -}}
{{- fail (printf "karpenterProvider: %s is not among karpenterProviders, which are %s" $name $known) -}}
{{- end -}}
{{- index .Values.karpenterProviders $name | toYaml -}}
{{- end -}}

{{- /* The CustomResourceDefinitions that it needs. Karpenter brings its own, and where nodes are had by what is found, others do. */ -}}
{{- define "workspace.crds" -}}
{{- $provisioner := include "workspace.nodeProvisioner" . -}}
{{- $crds := list "workspaces.kaito.sh" -}}
{{- if eq $provisioner "machine" -}}
{{- $crds = append $crds "machines.karpenter.sh" -}}
{{- else if eq $provisioner "nodeclaim" -}}
{{- $crds = concat $crds (list "nodeclaims.karpenter.sh" "kaitonodeclasses.kaito.sh") -}}
{{- end -}}
{{- toYaml $crds -}}
{{- end -}}

{{- define "workspace.defaultEnv" -}}
{{- $values := .root.Values -}}
{{- $provisioner := include "workspace.nodeProvisioner" .root -}}
{{- if $provisioner }}
- name: KAITO_NODE_PROVISIONER
  value: {{ $provisioner }}
{{- end }}
{{- if has $provisioner (list "" "karpenter") }}
{{- $karpenter := include "workspace.karpenter" .root | fromYaml }}
- name: KARPENTER_NODE_CLASS_GROUP
  value: {{ $karpenter.group | quote }}
- name: KARPENTER_NODE_CLASS_KIND
  value: {{ $karpenter.kind | quote }}
- name: KARPENTER_NODE_CLASS_VERSION
  value: {{ $karpenter.version | quote }}
- name: KARPENTER_NODE_CLASS_RESOURCE_NAME
  value: {{ $karpenter.resourceName | quote }}
- name: KARPENTER_NODE_CLASSES
  value: {{ $karpenter.nodeClasses | toJson | quote }}
{{- end }}
- name: CLOUD_PROVIDER
  value: {{ $values.cloudProviderName }}
- name: PRESET_REGISTRY_NAME
  value: {{ $values.presetRegistryName | quote }}
- name: KAITO_MIG
  value: {{ $values.featureGates.enableMIG | quote }}
- name: KAITO_ACCELERATOR
  value: {{ $values.featureGates.enableAccelerator | quote }}
- name: LOG_LEVEL
  value: {{ $values.logging.level }}
- name: METRICS_PORT
  value: {{ $values.metrics.port | quote }}
- name: HEALTH_PROBE_PORT
  value: {{ $values.healthProbe.port | quote }}
- name: LEADER_ELECTION_NAMESPACE
  value: {{ .root.Release.Namespace }}
- name: WEBHOOK_ENABLED
  value: {{ $values.webhook.enabled | quote }}
{{- if $values.webhook.enabled }}
- name: WEBHOOK_PORT
  value: {{ $values.webhook.port | quote }}
- name: WEBHOOK_SERVICE
  value: {{ include "workspace.serviceName" .root }}
{{- end }}
{{- if $values.config }}
- name: CONFIG_FILE
  value: /etc/kaito/config.yaml
{{- end }}
# glibc keeps an arena for each thread of Node's pool, which does next to nothing here: 15 MiB less.
- name: MALLOC_ARENA_MAX
  value: '1'
{{- end -}}
