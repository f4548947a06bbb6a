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
  /** Epochs in the folder. */
  readonly epochs: number;
  /** It is opened again by the process that has it, which knows what it gave out. */
  readonly afterFailure: boolean;
}

export type OpeningKind = 'new' | 'clean' | 'killed' | 'power' | 'repaired' | 'quarantined';

/** An agent that starts again and again while it is offline must not fill its ledger with epochs. */
const MOST_EPOCHS = 64;

/**
 * A number names one byte string for ever. After damage, a power cut or a kill the newest numbers may
 * have been given out and then lost; and any folder may be a copy, of itself some time ago or of
 * another device's (an image of a disk, a container started twice). So numbers are never gone on
 * with: a new epoch begins. Only where there are many epochs already does a process go on, unless the
 * one before gave out records before it wrote them.
 */
export function judgeOpening(
  found: FoundFolder,
  bootId: string,
): { kind: OpeningKind; mint: boolean } {
  if (found.damage !== 'none') return { kind: found.damage, mint: true };
  if (found.fresh) return { kind: 'new', mint: true };
  const mint = !found.afterFailure && (found.staging || found.epochs < MOST_EPOCHS);
  if (found.clean) return { kind: 'clean', mint };
  if (found.boot !== bootId) return { kind: 'power', mint: true };
  return { kind: 'killed', mint };
}
