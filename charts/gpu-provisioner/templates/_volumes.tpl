{{- define "gpu-provisioner.mounts" -}}
{{- if .Values.config }}
- name: config
  mountPath: /etc/kaito
  readOnly: true
{{- end }}
{{- if eq (include "gpu-provisioner.identity" .) "projected" }}
- name: azure-identity-token
  mountPath: /var/run/secrets/azure/tokens
  readOnly: true
{{- end }}
{{- with .Values.controller.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "gpu-provisioner.volumes" -}}
{{- if .Values.config }}
- name: config
  configMap:
    name: {{ include "gpu-provisioner.fullname" . }}-config
{{- end }}
{{- if eq (include "gpu-provisioner.identity" .) "projected" }}
- name: azure-identity-token
  projected:
    sources:
      - serviceAccountToken:
          path: azure-identity-token
          audience: api://AzureADTokenExchange
          expirationSeconds: 3600
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}
