/**
 * All silences, and which of them match an alert. Each change has a version; what was found for an
 * alert is kept with the version it holds for, so that only silences changed since are asked again.
 */
import type { LabelSet } from '../label-set.ts';
import { matchesAll } from './matcher.ts';
import { type Silence, silenceState } from './silence.ts';

interface Known {
  version: number;
  /** Silences that match, whatever their state. */
  readonly ids: Set<string>;
}

/** Silences by one label that they ask for exactly; few alerts have it. */
type Index = Map<string, Set<string>>;

export class SilenceIndex {
  private readonly silences = new Map<string, Silence>();
  private readonly byLabel: Index = new Map();
  private readonly byNothing = new Set<string>();
  private readonly known = new Map<string, Known>();
  /** Ids in the order of their changes; the version of the first is `forgotten` + 1. */
  private changes: string[] = [];
  private forgotten = 0;

  get(id: string): Silence | undefined {
    return this.silences.get(id);
  }

  all(): readonly Silence[] {
    return [...this.silences.values()];
  }

  get version(): number {
    return this.forgotten + this.changes.length;
  }

  set(silence: Silence): void {
    this.unindex(silence.id);
    this.silences.set(silence.id, silence);
    this.placeOf(silence, true)?.add(silence.id);
    this.changed(silence.id);
  }

  delete(id: string): void {
    this.unindex(id);
    this.silences.delete(id);
    this.changed(id);
  }

  /** Ids of the active silences that match; sorted. */
  silencedBy(fingerprint: string, labels: LabelSet, now: number): readonly string[] {
    if (this.silences.size === 0) return NONE;
    const { ids } = this.matching(fingerprint, labels);
    if (ids.size === 0) return NONE;
    return [...ids].filter((id) => this.isActive(id, now)).sort();
  }

  /** The alert is gone. */
  forget(fingerprint: string): void {
    this.known.delete(fingerprint);
  }

  private isActive(id: string, now: number): boolean {
    const silence = this.silences.get(id);
    return silence !== undefined && silenceState(silence, now) === 'active';
  }

  private matching(fingerprint: string, labels: LabelSet): Known {
    const known = this.known.get(fingerprint);
    if (known === undefined || known.version < this.forgotten)
      return this.fresh(fingerprint, labels);
    for (let v = known.version; v < this.version; v++) {
      const id = this.changes[v - this.forgotten] as string;
      const silence = this.silences.get(id);
      if (silence !== undefined && matchesAll(silence.matchers, labels)) known.ids.add(id);
      else known.ids.delete(id);
    }
    known.version = this.version;
    return known;
  }

  private fresh(fingerprint: string, labels: LabelSet): Known {
    const ids = new Set<string>();
    const consider = (candidates: ReadonlySet<string> | undefined): void => {
      for (const id of candidates ?? []) {
        const silence = this.silences.get(id);
        if (silence !== undefined && matchesAll(silence.matchers, labels)) ids.add(id);
      }
    };
    consider(this.byNothing);
    for (const [name, value] of labels.entries()) consider(this.byLabel.get(labelKey(name, value)));
    const known = { version: this.version, ids };
    this.known.set(fingerprint, known);
    return known;
  }

  private placeOf(silence: Silence, make: boolean): Set<string> | undefined {
    const exact = silence.matchers.find(({ op, value }) => op === '=' && value !== '');
    if (exact === undefined) return this.byNothing;
    const key = labelKey(exact.name, exact.value);
    const place = this.byLabel.get(key);
    if (place !== undefined || !make) return place;
    const made = new Set<string>();
    this.byLabel.set(key, made);
    return made;
  }

  private unindex(id: string): void {
    const before = this.silences.get(id);
    if (before !== undefined) this.placeOf(before, false)?.delete(id);
  }

  private changed(id: string): void {
    this.changes.push(id);
    // What is older than this is asked anew: cheaper than an ever longer list.
    if (this.changes.length > LONGEST_MEMORY) {
      const drop = this.changes.length - LONGEST_MEMORY / 2;
      this.changes = this.changes.slice(drop);
      this.forgotten += drop;
    }
  }
}

const LONGEST_MEMORY = 1024;
const NONE: readonly string[] = [];

function labelKey(name: string, value: string): string {
  return `${name.length}:${name}${value}`;
}
