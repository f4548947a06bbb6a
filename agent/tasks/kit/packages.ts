/** What dpkg says is installed, and what the system says it is. */

export interface Installed {
  readonly source: string;
  /** Of the source package, as advisories name it. */
  readonly version: string;
}

const FIELDS = ['db:Status-Status', 'Package', 'Version', 'source:Package', 'source:Version'];
/** For `dpkg-query --showformat`. */
export const PACKAGE_FORMAT = `${FIELDS.map((field) => `$\{${field}}`).join('\\t')}\\n`;

/** Lines of status, package, version, source and its version; several versions may be there. */
export function installedBySource(output: string): ReadonlyMap<string, readonly Installed[]> {
  const found = new Map<string, Installed[]>();
  for (const line of output.split('\n')) {
    const [status, name, ownVersion = '', source, sourceVersion] = line.split('\t');
    if (status !== 'installed' || name === undefined) continue;
    const entry = { source: source || name, version: sourceVersion || ownVersion };
    const known = found.get(entry.source) ?? [];
    if (known.every(({ version }) => version !== entry.version)) known.push(entry);
    found.set(entry.source, known);
  }
  return found;
}

/** `Debian:12`, `Ubuntu:24.04:LTS`. */
export function ecosystemOf(osRelease: string): string | undefined {
  const value = (key: string) =>
    new RegExp(`^${key}="?([^"\\n]*)"?$`, 'm').exec(osRelease)?.[1] || undefined;
  const version = value('VERSION_ID');
  if (version === undefined) return undefined;
  if (value('ID') === 'debian') return `Debian:${version}`;
  if (value('ID') !== 'ubuntu') return undefined;
  return `Ubuntu:${version}${/\bLTS\b/.test(value('VERSION') ?? '') ? ':LTS' : ''}`;
}
