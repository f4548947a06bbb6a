/** Which folders may be the root of a clean-up. */

/** Never themselves; folders below them may be. */
export const PROTECTED_FOLDERS: readonly string[] = [
  ...['/', '/bin', '/boot', '/dev', '/etc', '/home', '/lib', '/lib32', '/lib64', '/media', '/mnt'],
  ...['/opt', '/proc', '/root', '/run', '/sbin', '/srv', '/sys', '/usr', '/usr/bin', '/usr/lib'],
  ...['/usr/local', '/usr/sbin', '/usr/share', '/var', '/var/lib'],
];

/** Nor anything below these: the kernel's, not files. */
const PROTECTED_TREES: readonly string[] = ['/dev', '/proc', '/sys'];

/** Why a root is refused by its name; `undefined` when nothing speaks against it. */
export function rootProblem(root: string): string | undefined {
  if (!root.startsWith('/')) return `${root} is not absolute: write it from /`;
  const parts = root.split('/').slice(1);
  if (root !== '/' && parts.some((part) => part === '' || part === '.' || part === '..')) {
    return `${root} has an empty part, "." or "..": write the folder plainly, without a / at the end`;
  }
  if (root.includes('\0')) return 'a path cannot hold a NUL';
  if (PROTECTED_FOLDERS.includes(root)) {
    return `${root} belongs to the system as a whole: name a folder below it`;
  }
  const tree = PROTECTED_TREES.find((each) => root.startsWith(`${each}/`));
  return tree === undefined ? undefined : `${root} is in ${tree}, where the kernel keeps its own`;
}
