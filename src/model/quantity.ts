const UNITS: Readonly<Record<string, bigint>> = {
  '': 1n,
  k: 10n ** 3n,
  M: 10n ** 6n,
  G: 10n ** 9n,
  T: 10n ** 12n,
  P: 10n ** 15n,
  E: 10n ** 18n,
  Ki: 2n ** 10n,
  Mi: 2n ** 20n,
  Gi: 2n ** 30n,
  Ti: 2n ** 40n,
  Pi: 2n ** 50n,
  Ei: 2n ** 60n,
};
const SMALL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3 };
const NANO = 9;

/**
 * A Kubernetes quantity in billionths, exact; undefined where it is none.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function quantity(value: unknown): bigint | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3})|([numkMGTPE]|[KMGTPE]i))?$/.exec(
    String(value),
  );
  if (!match) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0', unit = ''] = match;
  if (whole === '' && fraction === '') return undefined;
  const shift = NANO + Number(exponent) + (SMALL[unit] ?? 0) - fraction.length;
  const digits = BigInt(whole + fraction) * (UNITS[unit] ?? 1n);
  const size = shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift);
  return sign === '-' ? -size : size;
}
