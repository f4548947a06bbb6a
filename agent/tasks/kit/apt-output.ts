/** What apt and dpkg print, as values. */

export interface Upgrade {
  /** With `:arch` when it is not the system's own. */
  readonly name: string;
  /** Absent: a package that is not installed yet. */
  readonly from: string | undefined;
  readonly to: string;
  readonly arch: string;
  /** `Label:Version/Archive` of each source that has it. */
  readonly origins: readonly string[];
}

export interface Simulation {
  readonly installs: readonly Upgrade[];
  readonly removals: readonly string[];
}

export interface Download {
  readonly uri: string;
  readonly file: string;
  readonly bytes: number;
}

/** `Inst foo [1.0] (1.1 Debian-Security:12/stable-security, Debian:12.1/stable [amd64])`. */
const INSTALL = /^Inst (\S+) (?:\[(\S+)\] )?\((\S+) (.*?) ?\[([^\]\s]+)\]\)/;
const REMOVAL = /^(?:Remv|Purg) (\S+)/;
const DOWNLOAD = /^'([^']+)' (\S+) (\d+)/;
const CONFFILE = /^ (\/.*) ([0-9a-f]{32})(?: obsolete)?(?: remove-on-upgrade)?$/;
const SUM = /^\\?([0-9a-f]{32}) [ *](.+)$/;

export function simulationOf(output: string): Simulation {
  const installs: Upgrade[] = [];
  const removals: string[] = [];
  for (const line of output.split('\n')) {
    const removal = REMOVAL.exec(line)?.[1];
    if (removal !== undefined) removals.push(removal);
    const [, name, from, to, origins = '', arch = ''] = INSTALL.exec(line) ?? [];
    if (name === undefined || to === undefined) continue;
    const has = origins.split(', ').filter((each) => each !== '');
    installs.push({ name, from, to, arch, origins: has });
  }
  return { installs, removals };
}

/** Of `--print-uris`. */
export function downloadsOf(output: string): readonly Download[] {
  return output.split('\n').flatMap((line) => {
    const [, uri, file, bytes] = DOWNLOAD.exec(line) ?? [];
    return uri === undefined || file === undefined ? [] : [{ uri, file, bytes: Number(bytes) }];
  });
}

/** Of `${Conffiles}`: the MD5 that the package brought, by path. */
export function conffilesOf(output: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of output.split('\n')) {
    const [, path, md5] = CONFFILE.exec(line) ?? [];
    if (path !== undefined && md5 !== undefined) found.set(path, md5);
  }
  return found;
}

/** Of `md5sum`; what is not there has none. */
export function sumsOf(output: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of output.split('\n')) {
    const [, md5, path] = SUM.exec(line) ?? [];
    if (path !== undefined && md5 !== undefined) found.set(path, md5);
  }
  return found;
}

/** After these a running system goes on with the old one until it starts anew. */
const NEEDS_REBOOT =
  /^(linux-image-|libc6$|libc-bin$|systemd$|dbus$|dbus-daemon$|intel-microcode$|amd64-microcode$|raspi-firmware$|raspberrypi-kernel)/;

export function needsReboot(name: string): boolean {
  return NEEDS_REBOOT.test(name.replace(/:.*$/, ''));
}
