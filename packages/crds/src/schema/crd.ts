import type { TSchema } from 'typebox';
import type { JsonSchema } from './json-schema.ts';
import { toStructural } from './to-structural.ts';

/** A column of `kubectl get`; one with priority 1 shows under `-o wide` only. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date';
  readonly jsonPath: string;
  readonly priority?: number;
}

/** A version of a kind. `schema` describes the object without apiVersion, kind and metadata. */
export interface VersionSource {
  readonly name: string;
  readonly storage: boolean;
  readonly schema: TSchema;
  readonly columns: readonly PrinterColumn[];
}

/** A kind as it is written in this package, from which its CRD is made. */
export interface KindSource {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly shortNames?: readonly string[];
  readonly categories: readonly string[];
  readonly scope: 'Cluster' | 'Namespaced';
  readonly versions: readonly VersionSource[];
}

/** The part of an apiextensions.k8s.io/v1 CustomResourceDefinition that we write. */
export interface CustomResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly group: string;
    readonly names: {
      readonly kind: string;
      readonly listKind: string;
      readonly plural: string;
      readonly singular: string;
      readonly shortNames?: readonly string[];
      readonly categories: readonly string[];
    };
    readonly scope: string;
    readonly versions: readonly CustomResourceDefinitionVersion[];
  };
}

export interface CustomResourceDefinitionVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly schema: { readonly openAPIV3Schema: JsonSchema };
  readonly subresources: { readonly status: object };
  readonly additionalPrinterColumns: readonly PrinterColumn[];
}

/** Fields that every object has. Of `metadata` a schema may say nothing more: the API server knows it. */
const envelope: Readonly<Record<string, JsonSchema>> = {
  apiVersion: { description: 'The API group and version in which this object is written.', type: 'string' },
  kind: { description: 'The kind of this object.', type: 'string' },
  metadata: { type: 'object' },
};

/** Kubernetes' recommended label; tells our definition of a kind from those that others apply under the same name. */
const partOfLabel = 'app.kubernetes.io/part-of';

/**
 * The CustomResourceDefinition of a kind. All versions are served and have the status subresource.
 * @throws TypeError when a schema says something that a structural schema cannot hold.
 */
export function toCustomResourceDefinition(source: KindSource): CustomResourceDefinition {
  const { group, kind, plural, shortNames, categories, scope } = source;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, labels: { [partOfLabel]: 'kaito' } },
    spec: {
      group,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        ...(shortNames ? { shortNames } : {}),
        categories,
      },
      scope,
      versions: source.versions.map(toVersion),
    },
  };
}

function toVersion({ name, storage, schema, columns }: VersionSource): CustomResourceDefinitionVersion {
  const structural = toStructural(schema, name);
  return {
    name,
    served: true,
    storage,
    schema: { openAPIV3Schema: { ...structural, properties: { ...envelope, ...structural.properties } } },
    subresources: { status: {} },
    additionalPrinterColumns: columns,
  };
}

/** The column that shows the status of one condition. */
export function conditionColumn(type: string, priority?: number): PrinterColumn {
  return column(type, `.status.conditions[?(@.type=="${type}")].status`, priority);
}

/** The column that shows one label. */
export function labelColumn(name: string, label: string, priority?: number): PrinterColumn {
  return column(name, `.metadata.labels.${label.replaceAll('.', '\\.')}`, priority);
}

/** A column of text at a JSON path. */
export function column(name: string, jsonPath: string, priority?: number): PrinterColumn {
  return { name, type: 'string', jsonPath, ...(priority === undefined ? {} : { priority }) };
}

/** The age of the object. */
export const ageColumn: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };
