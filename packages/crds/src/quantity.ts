const BINARY: Readonly<Record<string, number>> = { Ki: 1, Mi: 2, Gi: 3, Ti: 4, Pi: 5, Ei: 6 };
const DECIMAL: Readonly<Record<string, number>> = { n: -3, u: -2, m: -1, '': 0, k: 1, M: 2, G: 3, T: 4, P: 5, E: 6 };
const QUANTITY = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+))(?:([eE][+-]?\d+)|([KMGTPE]i|[numkMGTPE]?))$/;

export const GIB = 1024 ** 3;

/**
 * A Kubernetes quantity in its base unit: `1.5Gi` is 1610612736, `500m` is 0.5 (Kubernetes API, resource.Quantity).
 * Exact up to 2^53, which is enough for sizes of disks and counts of devices.
 * @returns undefined when the text is no quantity.
 */
export function parseQuantity(quantity: string | number): number | undefined {
  if (typeof quantity === 'number') return quantity;
  const [, digits, exponent, suffix] = QUANTITY.exec(quantity.trim()) ?? [];
  if (digits === undefined) return undefined;
  if (exponent !== undefined) return Number(digits + exponent);
  const binary = BINARY[suffix ?? ''];
  return Number(digits) * (binary === undefined ? 1000 ** (DECIMAL[suffix ?? ''] ?? 0) : 1024 ** binary);
}

/** Whether a quantity is there and not zero. */
export function isPositive(quantity: string | number | undefined): boolean {
  return quantity !== undefined && (parseQuantity(quantity) ?? 0) > 0;
}
