/** What the kernel says of processors, memory, mounts and processes; proc(5) describes the forms. */

export interface CpuTicks {
  readonly total: number;
  readonly idle: number;
  readonly iowait: number;
  /** Processors that are online. */
  readonly cores: number;
}

/** `/proc/stat`: time since boot, of all processors together. */
export function cpuTicks(text: string): CpuTicks | undefined {
  const fields = /^cpu +(.*)$/m.exec(text)?.[1]?.split(' ').map(Number);
  if (fields === undefined || fields.length < 4 || fields.some(Number.isNaN)) return undefined;
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] =
    fields;
  // Time in guests is counted in user and nice already.
  const total = user + nice + system + idle + iowait + irq + softirq + steal;
  return { total, idle, iowait, cores: text.match(/^cpu\d+ /gm)?.length ?? 1 };
}

/** Of a handful of fields: to make an expression costs more than to use it. */
const fields = new Map<string, RegExp>();

/** A field of `/proc/meminfo`, in bytes. */
export function memoryField(text: string, field: string): number | undefined {
  const expression = fields.get(field) ?? new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm');
  fields.set(field, expression);
  const found = expression.exec(text);
  return found === null ? undefined : Number(found[1]) * 1024;
}

export interface MountedAt {
  readonly mountPoint: string;
  readonly type: string;
  /** The mount itself was asked to be read-only. */
  readonly mountReadOnly: boolean;
  /** The file system below it is read-only, be it asked for or after an error of its device. */
  readonly superReadOnly: boolean;
}

/** Its fifth field. */
const MOUNT_POINT = /^(?:[^ ]+ ){4}([^ ]+)/;

/** The mount on which a path lies, from `/proc/<pid>/mountinfo`: the last of the longest. */
export function mountOf(mountinfo: string, path: string): MountedAt | undefined {
  let longest = '';
  let line = '';
  // There may be hundreds of mounts: of most, only where they are mounted is looked at.
  for (const one of mountinfo.split('\n')) {
    const escaped = MOUNT_POINT.exec(one)?.[1];
    if (escaped === undefined || escaped.length < longest.length) continue;
    const mountPoint = unescaped(escaped);
    if (!lies(path, mountPoint) || mountPoint.length < longest.length) continue;
    longest = mountPoint;
    line = one;
  }
  if (line === '') return undefined;
  const [left = '', right = ''] = line.split(' - ', 2);
  const [type = '', , superOptions = ''] = right.split(' ');
  const mountReadOnly = isReadOnly(left.split(' ')[5] ?? '');
  return { mountPoint: longest, type, mountReadOnly, superReadOnly: isReadOnly(superOptions) };
}

function lies(path: string, mountPoint: string): boolean {
  return mountPoint === '/' || path === mountPoint || path.startsWith(`${mountPoint}/`);
}

function isReadOnly(options: string): boolean {
  return options === 'ro' || options.startsWith('ro,');
}

/** Blanks, line ends and backslashes in paths are printed as three octal digits. */
function unescaped(path: string): string {
  if (!path.includes('\\')) return path;
  return path.replaceAll(/\\([0-3][0-7]{2})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

export interface ProcessStat {
  /** Up to 15 characters of its name. */
  readonly comm: string;
  readonly state: string;
  /** Seconds from boot to its start. */
  readonly startedSeconds: number;
  readonly residentPages: number;
}

const TICKS_PER_SECOND = 100;
const STATE = 0;
const START_TIME = 19;
const RESIDENT = 21;

/** `/proc/<pid>/stat`. A name may hold blanks and parentheses: it ends at the last one. */
export function processStat(text: string): ProcessStat | undefined {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  const fields = text.slice(close + 2).split(' ', RESIDENT + 1);
  const started = Number(fields[START_TIME]);
  if (!Number.isFinite(started)) return undefined;
  return {
    comm: text.slice(open + 1, close),
    state: fields[STATE] ?? '',
    startedSeconds: started / TICKS_PER_SECOND,
    residentPages: Number(fields[RESIDENT] ?? 0),
  };
}

/** Resident bytes from `/proc/<pid>/status`; kernel threads and zombies have none. */
export function residentBytes(status: string): number {
  return memoryField(status, 'VmRSS') ?? 0;
}

const PAGE_SIZES = [4096, 16_384, 65_536];

/**
 * The size of a page, which Node does not tell: from one amount counted in both, at two moments, so
 * that the nearest size counts. Too few pages tell nothing.
 */
export function pageBytes(bytes: number, pages: number): number | undefined {
  const ratio = Math.log2(bytes / pages);
  return PAGE_SIZES.find((size) => Math.abs(Math.log2(size) - ratio) < 0.5);
}

/** `KEY=value` lines, as `systemctl show` prints them. */
export function properties(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const at = line.indexOf('=');
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1).trim()] as const] : [];
    }),
  );
}
