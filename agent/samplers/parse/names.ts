/**
 * Which devices, mounts or fields are wanted: an optional `include` and an optional `exclude`
 * expression. The decision per name is kept, since the same few names come back in every cycle.
 */
export type NameFilter = (name: string) => boolean;

/** More names than this no sane device has: start over rather than grow. */
const KEPT_NAMES = 4096;

/** A filter from two regular expressions; an absent or empty one does not filter. */
export function nameFilter(include: string, exclude: string): NameFilter {
  const wanted = include === '' ? undefined : new RegExp(include);
  const unwanted = exclude === '' ? undefined : new RegExp(exclude);
  return remembered((name) => (wanted?.test(name) ?? true) && !(unwanted?.test(name) ?? false));
}

function remembered(decide: NameFilter): NameFilter {
  const answers = new Map<string, boolean>();
  return (name) => {
    const known = answers.get(name);
    if (known !== undefined) return known;
    if (answers.size >= KEPT_NAMES) answers.clear();
    const fresh = decide(name);
    answers.set(name, fresh);
    return fresh;
  };
}
