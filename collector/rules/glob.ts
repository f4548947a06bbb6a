/** Patterns for files as Go's filepath.Glob reads them: `*`, `?`, `[a-z]`, `\x` within one folder. */

/** Names in a folder; rejects or yields nothing when there is no such folder. */
export type ListFolder = (path: string) => Promise<readonly string[]>;

const MAGIC = /[*?[\\]/;

/** Paths that match, ascending; a pattern without wildcards matches what is there. */
export async function expandGlob(pattern: string, list: ListFolder): Promise<readonly string[]> {
  const isAbsolute = pattern.startsWith('/');
  const parts = pattern.split('/').filter((part) => part !== '');
  let found: readonly string[] = [isAbsolute ? '/' : ''];
  for (const part of parts) {
    const next = await Promise.all(found.map((folder) => step(folder, part, list)));
    found = next.flat();
  }
  return parts.length === 0 ? [] : [...found].sort();
}

async function step(folder: string, part: string, list: ListFolder): Promise<readonly string[]> {
  const join = (name: string) =>
    folder === '' || folder === '/' ? folder + name : `${folder}/${name}`;
  if (part === '.' || part === '..') return [join(part)];
  const names = await list(folder === '' ? '.' : folder).catch((): readonly string[] => []);
  if (!MAGIC.test(part)) return names.includes(part) ? [join(part)] : [];
  const pattern = segmentPattern(part);
  return names.filter((name) => pattern.test(name)).map(join);
}

/** One part of a path as a regular expression; a bracket that is not closed is a letter. */
function segmentPattern(part: string): RegExp {
  let source = '';
  for (let i = 0; i < part.length; i++) {
    const letter = part[i] as string;
    const end = letter === '[' ? part.indexOf(']', i + 2) : -1;
    if (letter === '*') source += '.*';
    else if (letter === '?') source += '.';
    else if (end > 0) {
      const inner = part.slice(i + 1, end).replace(/^\^/, '');
      const isNegated = part[i + 1] === '^';
      source += `[${isNegated ? '^' : ''}${inner.replaceAll(/[[\]\\^]/g, '\\$&')}]`;
      i = end;
    } else {
      const plain = letter === '\\' && i + 1 < part.length ? (part[++i] as string) : letter;
      source += plain.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
    }
  }
  return new RegExp(`^${source}$`, 's');
}
