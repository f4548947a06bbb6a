/** Mounted file systems as `/proc/<pid>/mountinfo` lists them; proc(5) describes the columns. */
import { Scanner } from './scanner.ts';

export interface Mount {
  readonly device: string;
  readonly mountPoint: string;
  readonly type: string;
  /** The mount itself was asked to be read-only. */
  readonly mountReadOnly: boolean;
  /** The file system below it is read-only, be it asked for or after an error. */
  readonly superReadOnly: boolean;
}

export function parseMountinfo(text: string): Mount[] {
  const mounts: Mount[] = [];
  for (const lines = new Scanner(text); !lines.ended; lines.nextLine()) {
    lines.skip(4);
    const mountPoint = lines.word();
    const options = lines.word();
    let optional = lines.word();
    while (optional !== '-' && optional !== '') optional = lines.word();
    const type = lines.word();
    const device = lines.word();
    if (device === '') continue;
    mounts.push({
      device: unescaped(device),
      mountPoint: unescaped(mountPoint),
      type,
      mountReadOnly: isReadOnly(options),
      superReadOnly: isReadOnly(lines.word()),
    });
  }
  return mounts;
}

/** `ro` always comes first: the kernel prints it, or `rw`, before all other options. */
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
