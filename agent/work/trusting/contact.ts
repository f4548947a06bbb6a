/** Whether checks for updates go through at all: told once when they have not for too long, and once when they do again. */
import { explainRefusal } from '../../../protocol/tuf/attacks.ts';
import { afterCheck, type Contact, silence } from '../../core/trust/silence.ts';
import type { Facts, Journal } from '../../ports/caretaking.ts';
import type { Log } from '../../ports.ts';

export interface ContactDeps {
  readonly log: Log;
  readonly facts: Facts;
  readonly journal: Journal;
  /** So often a check is made when nothing changed. */
  readonly everyMs: () => number;
}

interface Kept extends Contact {
  readonly isSilent: boolean;
}

const FACT = 'updates/contact';
const HOUR_MS = 3_600_000;
const ROUNDS = 3;
const LEAST_MS = 6 * HOUR_MS;
/** A good check after a good check is worth a write only so often: flash wears. */
const KEPT_MS = 6 * HOUR_MS;

export class Contacts {
  readonly #deps: ContactDeps;
  #now: Kept | undefined;
  #written: Kept | undefined;

  constructor(deps: ContactDeps) {
    this.#deps = deps;
    this.#now = this.#written = readContact(deps.facts.get(FACT));
  }

  /** After each check; a disk that does not take it costs no more than a wrong word after a restart. */
  async note(now: number, isGood: boolean): Promise<void> {
    const before = this.#now ?? { lastGood: now, firstFailed: undefined, isSilent: false };
    const contact = afterCheck(before, now, isGood);
    const limit = Math.max(ROUNDS * this.#deps.everyMs(), LEAST_MS);
    const refusal = isGood ? undefined : silence(contact, now, limit);
    // A failure before the limit leaves open what was told.
    const isSilent = isGood ? false : before.isSilent || refusal !== undefined;
    this.#now = { ...contact, isSilent };
    if (refusal !== undefined && !before.isSilent) {
      const attributes = { attack: refusal.attack, since: isoOf(contact.lastGood) };
      this.#tell('updates.silent', 'warning', explainRefusal(refusal), attributes);
    }
    if (before.isSilent && !isSilent) {
      this.#tell('updates.heard', 'info', 'checks for updates go through again', {});
    }
    if (this.#isWorthWriting(this.#now)) await this.#write(this.#now);
  }

  status() {
    const { lastGood, firstFailed, isSilent = false } = this.#now ?? {};
    return {
      lastGood: lastGood === undefined ? undefined : isoOf(lastGood),
      failingSince: firstFailed === undefined ? undefined : isoOf(firstFailed),
      isSilent,
    };
  }

  #isWorthWriting({ lastGood, firstFailed, isSilent }: Kept): boolean {
    const old = this.#written;
    if (old === undefined || old.isSilent !== isSilent) return true;
    if (old.firstFailed !== firstFailed) return true;
    return Math.abs(lastGood - old.lastGood) >= KEPT_MS;
  }

  async #write(contact: Kept): Promise<void> {
    const { facts, log } = this.#deps;
    try {
      await facts.put(FACT, JSON.stringify(contact));
      this.#written = contact;
    } catch (error) {
      log.warn('the last check for updates is not written down', { why: String(error) });
    }
  }

  #tell(
    name: string,
    severity: 'info' | 'warning',
    text: string,
    attributes: Readonly<Record<string, string>>,
  ): void {
    const { log, journal } = this.#deps;
    if (severity === 'warning') log.warn(text, attributes);
    else log.info(text);
    journal.event({ name, severity, text, attributes }).catch(() => undefined);
  }
}

function readContact(text: string | undefined): Kept | undefined {
  try {
    const { lastGood, firstFailed, isSilent } = JSON.parse(text ?? '') as Partial<Kept>;
    const isTime = (value: unknown): value is number => Number.isFinite(value);
    if (!isTime(lastGood)) return undefined;
    const failed = isTime(firstFailed) ? firstFailed : undefined;
    return { lastGood, firstFailed: failed, isSilent: isSilent === true };
  } catch {
    return undefined;
  }
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
