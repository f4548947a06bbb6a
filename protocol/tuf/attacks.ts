/** The attacks of the TUF and Uptane threat models, by the name that a refusal carries. */

export const ATTACKS = {
  'arbitrary-software': 'nobody who may sign this has signed it',
  rollback: 'it is older than what is already known',
  'fast-forward': 'its version number is too far ahead, to block later ones',
  freeze: 'it has expired: newer metadata is being kept back',
  'mix-and-match': 'files of different states of the repository are combined',
  'endless-data': 'more data than was signed or allowed',
  'slow-retrieval': 'data comes so slowly that the update never ends',
  'wrong-target': 'the file is not the one that was asked for, or not for this machine',
  'bad-dependency': 'a dependency is missing, or something came along that nobody asked for',
  'key-compromise': 'fewer of the right keys have signed than must',
  'diamond-delegation': 'a role is trusted by way of one delegation but not by way of another',
  'partial-bundle': 'only a part of what belongs together is there',
  'drop-request': 'requests for updates are not answered',
  replay: 'it was signed for another device',
  'malicious-mirror': 'the server gives out something other than the repository',
} as const;

export type Attack = keyof typeof ATTACKS;

/** Why something was not accepted. */
export interface Refusal {
  readonly attack: Attack;
  /** Which metadata or file, as its server calls it. */
  readonly file: string;
  readonly detail: string;
}

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal };

export function granted<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

export function refused(
  attack: Attack,
  file: string,
  detail: string,
): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal: { attack, file, detail } };
}

export function explainRefusal({ attack, file, detail }: Refusal): string {
  return `${attack}: ${file}: ${detail} (${ATTACKS[attack]})`;
}
