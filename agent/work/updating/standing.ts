/** Whether what was installed is still what runs: looked up now and then, and not remembered. */
import type { Installed } from '../../core/updates/stored.ts';
import type { Hands } from './hands.ts';
import type { Ledger } from './ledger.ts';

export interface Fallen {
  readonly manifest: Installed['manifest'];
  readonly why: string;
}

/** What changed since the last look, and of it what is no more what it was. */
export async function lookAtInstalled(
  ledger: Ledger,
  hands: Hands,
  signal: AbortSignal,
): Promise<{ readonly isChanged: boolean; readonly fallen: readonly Fallen[] }> {
  const fallen: Fallen[] = [];
  let isChanged = false;
  for (const one of ledger.installed().values()) {
    const { manifest } = one;
    const now = await hands.present(manifest, signal).catch(() => undefined);
    if (now === undefined || now.isRunning === one.isThere) continue;
    await ledger.noteInstalled({ ...one, isThere: now.isRunning });
    isChanged = true;
    if (now.isRunning) continue;
    const { name, version } = manifest;
    const why = `${name} ${version} was installed, what runs is ${now.slot || 'nothing'}`;
    fallen.push({ manifest, why });
  }
  return { isChanged, fallen };
}
