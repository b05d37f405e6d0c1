import type { KubeObject } from './object.ts';

/** A model of the Kubernetes client as it is on the wire: dates are strings, and it is read-only all the way down. */
export type Wire<T> = 0 extends 1 & T
  ? T
  : T extends Date
    ? string
    : T extends readonly (infer Item)[]
      ? readonly Wire<Item>[]
      : T extends object
        ? { readonly [Key in keyof T]: Wire<T[Key]> }
        : T;

/** A top-level model on the wire: as `Wire`, and it certainly has metadata with a name. */
export type WireObject<T> = Omit<Wire<T>, 'metadata'> & KubeObject;
