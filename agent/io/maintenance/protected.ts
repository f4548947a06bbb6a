/** Folders that are never a root: a slip in a configuration must not cost the system. */
import { stat } from 'node:fs/promises';
import { PROTECTED_FOLDERS } from '../../core/maintenance-roots.ts';
import { type HeldFolder, isSame } from './held-folder.ts';

/** By identity, not by name: a mount may show such a folder elsewhere. */
export async function protectedAs(root: HeldFolder): Promise<string | undefined> {
  const identity = await root.self();
  for (const path of PROTECTED_FOLDERS) {
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && isSame(found, identity)) return path;
  }
  return undefined;
}
