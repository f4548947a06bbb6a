/** Silences: durable before they hold, forgotten when they were over for as long as retention says. */
import type { AlertEvent, EventKind } from '../../core/alerting/event.ts';
import { type LabelMatcher, matchersText } from '../../core/alerting/matcher.ts';
import { decodeSilence, encodeSilence } from '../../core/alerting/records.ts';
import {
  compareSilences,
  expireSilence,
  filterAdmits,
  refusalOf,
  type Silence,
  type SilenceDraft,
  SilenceError,
  setSilence,
} from '../../core/alerting/silence.ts';
import { SilenceIndex } from '../../core/alerting/silence-index.ts';
import type { SilenceDesk } from '../../ports/alerting.ts';
import type { Catalog, Clock } from '../../ports.ts';
import type { Change, Commits } from '../commits.ts';
import type { History } from './history.ts';

const PREFIX = 's/';

export interface SilenceStoreDeps {
  readonly clock: Clock;
  readonly commits: Commits;
  readonly history: History;
  readonly newId: () => string;
}

export class SilenceStore implements SilenceDesk {
  readonly index = new SilenceIndex();
  private readonly deps: SilenceStoreDeps;

  constructor(deps: SilenceStoreDeps) {
    this.deps = deps;
  }

  async restore(catalog: Catalog): Promise<void> {
    for await (const [, bytes] of catalog.list(PREFIX)) {
      const silence = decodeSilence(bytes);
      if (silence !== undefined) this.index.set(silence);
    }
  }

  list(filter: readonly LabelMatcher[]): readonly Silence[] {
    const now = this.deps.clock.wall();
    return this.index
      .all()
      .filter(({ matchers }) => {
        const patterns = new Map(matchers.map(({ name, value }) => [name, value]));
        return filterAdmits(filter, (name) => patterns.get(name));
      })
      .sort((a, b) => compareSilences(a, b, now));
  }

  get(id: string): Silence | undefined {
    return this.index.get(id);
  }

  async set(draft: SilenceDraft): Promise<string> {
    const now = this.deps.clock.wall();
    const wrong = refusalOf(draft, now);
    if (wrong !== '') throw new SilenceError('invalid', wrong);
    const before = draft.id === undefined ? undefined : this.existing(draft.id);
    const { id, records } = setSilence(before, draft, this.deps.newId(), now);
    await this.keep(records, 'silence-set', now);
    return id;
  }

  async expire(id: string): Promise<void> {
    const now = this.deps.clock.wall();
    const ended = expireSilence(this.existing(id), now);
    if (ended === undefined) throw new SilenceError('expired', `silence ${id} already expired`);
    await this.keep([ended], 'silence-expired', now);
  }

  /** Forgets those that ended before `before`. */
  async forget(before: number): Promise<void> {
    const gone = this.index.all().filter(({ endsAt }) => endsAt < before);
    if (gone.length === 0) return;
    await this.deps.commits.write(gone.map(({ id }): Change => [PREFIX + id, undefined]));
    for (const { id } of gone) this.index.delete(id);
  }

  private existing(id: string): Silence {
    const found = this.index.get(id);
    if (found === undefined) throw new SilenceError('unknown', `silence ${id} not found`);
    return found;
  }

  private async keep(records: readonly Silence[], kind: EventKind, now: number): Promise<void> {
    const { commits, history } = this.deps;
    const changes = records.map((one): Change => [PREFIX + one.id, encodeSilence(one)]);
    const events = records.map((one) => eventOf(one, kind, now));
    await commits.write([...changes, ...history.changes(events)]);
    for (const one of records) this.index.set(one);
  }
}

function eventOf(silence: Silence, kind: EventKind, now: number): AlertEvent {
  const { id, matchers, createdBy: by, comment, startsAt, endsAt } = silence;
  const data = { id, matchers: matchersText(matchers), by, comment, startsAt, endsAt };
  return { at: now, kind: endsAt <= now ? 'silence-expired' : kind, fingerprints: [], data };
}
