/** Whether an opening of the buffer goes on with its epoch or begins a new one. */

export interface FoundFolder {
  /** Nothing was there. */
  readonly fresh: boolean;
  readonly damage: 'none' | 'repaired' | 'quarantined';
  /** What the ledger says, when there is one. */
  readonly boot: string | undefined;
  readonly clean: boolean;
  /** Records may have been given out without having been written. */
  readonly staging: boolean;
}

export type OpeningKind = 'new' | 'clean' | 'killed' | 'power' | 'repaired' | 'quarantined';

/**
 * A number names one byte string for ever. After damage or a power cut the newest numbers may have
 * been given out and then lost, so they are never given again: a new epoch begins. What a killed
 * process wrote is in the kernel's hands, as is everything after a clean close; but when it gave
 * out live records before it wrote them, its last numbers are not known either.
 */
export function judgeOpening(
  found: FoundFolder,
  bootId: string,
): { kind: OpeningKind; mint: boolean } {
  if (found.damage !== 'none') return { kind: found.damage, mint: true };
  if (found.fresh) return { kind: 'new', mint: true };
  if (found.clean) return { kind: 'clean', mint: false };
  if (found.boot !== bootId) return { kind: 'power', mint: true };
  return { kind: 'killed', mint: found.staging };
}
