{{- define "workspace.mounts" -}}
{{- if .Values.config }}
- name: config
  mountPath: /etc/kaito
  readOnly: true
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "workspace.volumes" -}}
{{- if .Values.config }}
- name: config
  configMap:
    name: {{ include "workspace.fullname" . }}-config
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}
