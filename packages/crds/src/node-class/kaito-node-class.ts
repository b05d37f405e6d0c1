import { Type } from 'typebox';
import type { ApiObject, ResourceHandle } from '../object.ts';
import { ageColumn, type KindSource } from '../schema/crd.ts';

/**
 * The node class whose claims gpu-provisioner serves. It has no settings of its own, and no object of it need exist: a claim
 * only names it.
 */
export interface KaitoNodeClass extends ApiObject {
  readonly spec?: object;
  readonly status?: object;
}

export const kaitoNodeClasses: ResourceHandle<KaitoNodeClass> = {
  group: 'kaito.sh',
  version: 'v1alpha1',
  plural: 'kaitonodeclasses',
  kind: 'KaitoNodeClass',
  namespaced: false,
};

const schema = Type.Object(
  {
    spec: Type.Optional(Type.Object({}, { description: 'No settings so far.' })),
    status: Type.Optional(Type.Object({}, { description: 'Nothing to see so far.' })),
  },
  { description: 'The class of nodes that gpu-provisioner makes. NodeClaims that name this kind are served by it.' },
);

export const kaitoNodeClassKind: KindSource = {
  group: kaitoNodeClasses.group,
  kind: kaitoNodeClasses.kind,
  plural: kaitoNodeClasses.plural,
  shortNames: ['knc'],
  categories: ['karpenter'],
  scope: 'Cluster',
  versions: [{ name: kaitoNodeClasses.version, storage: true, schema, columns: [ageColumn] }],
};
