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

/** An agent that is killed again and again while it is offline must not fill its ledger with epochs. */
const MOST_EPOCHS = 64;

/**
 * A number names one byte string for ever. After damage, a power cut or a kill the newest numbers may
 * have been given out and then lost (the folder may even be an older copy of itself), so they are
 * never given again: a new epoch begins. Only where there are many epochs already goes a killed
 * process on with its numbers, unless it gave out records before it wrote them.
 */
export function judgeOpening(
  found: FoundFolder,
  bootId: string,
): { kind: OpeningKind; mint: boolean } {
  if (found.damage !== 'none') return { kind: found.damage, mint: true };
  if (found.fresh) return { kind: 'new', mint: true };
  if (found.clean) return { kind: 'clean', mint: false };
  if (found.boot !== bootId) return { kind: 'power', mint: true };
  const mint = !found.afterFailure && (found.staging || found.epochs < MOST_EPOCHS);
  return { kind: 'killed', mint };
}
