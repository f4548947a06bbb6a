/**
 * Loads when it is first asked for. Asked for again, a module costs a trip through the loader: what
 * came is kept, and what failed is tried again.
 */
export function loaded<T>(load: () => Promise<T>): () => Promise<T> {
  let known: Promise<T> | undefined;
  return () => {
    known ??= load().catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
}
