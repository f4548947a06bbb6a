/** What the operator's release commands work on. */
import { DirectorRoots } from '../io/releases/director-root.ts';
import { ReleaseFolder } from '../io/releases/folder.ts';

export { buildArchive } from '../io/releases/archive.ts';
export {
  type DeltaWanted,
  isCompressed,
  LARGEST_FOR_DELTA,
  makeDelta,
  tryDelta,
} from '../io/releases/delta.ts';
export { digestOf, type ReleaseFolder } from '../io/releases/folder.ts';

export function openReleaseFolder(path: string): ReleaseFolder {
  return new ReleaseFolder(path);
}

export function openDirectorRoots(folder: string): DirectorRoots {
  return new DirectorRoots(folder);
}
