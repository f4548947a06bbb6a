/** Bytes on the disk in memory are never changed in place, so each is looked at once. */
export function remembering<T>(of: (bytes: Uint8Array) => T): (bytes: Uint8Array) => T {
  const known = new WeakMap<Uint8Array, { readonly value: T }>();
  return (bytes) => {
    const found = known.get(bytes) ?? { value: of(bytes) };
    known.set(bytes, found);
    return found.value;
  };
}
