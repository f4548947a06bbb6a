/** The policies in force, made from the tree of their file. Pure. */
import { check } from '../../../protocol/config/check.ts';
import { type Finding, finding } from '../../../protocol/config/problem.ts';
import type { Infer } from '../../../protocol/config/schema.ts';
import { zoneName } from '../alerting/interval.ts';
import { type LabelMatcher, MatcherError } from '../alerting/matcher.ts';
import { parseMatcher } from '../alerting/matcher-parse.ts';
import type { EscalationPolicy } from './escalation.ts';
import type { FlapPolicy } from './flapping.ts';
import { policiesSchema } from './policies-schema.ts';
import type { Schedule } from './schedule.ts';

export interface Ladder extends EscalationPolicy {
  readonly name: string;
  readonly acknowledgeTimeout: number;
}

export interface RecurringSilence {
  readonly name: string;
  readonly matchers: readonly LabelMatcher[];
  /** Names of the alerting file. */
  readonly timeIntervals: readonly string[];
  readonly comment: string;
}

export interface SummaryPolicy {
  readonly name: string;
  readonly schedule: Schedule;
  readonly matchers: readonly LabelMatcher[];
  readonly receivers: readonly string[];
}

export interface Policies {
  readonly ladders: ReadonlyMap<string, Ladder>;
  /** The first that matches counts. */
  readonly routes: readonly {
    readonly matchers: readonly LabelMatcher[];
    readonly escalation: string;
  }[];
  readonly flapping: FlapPolicy | undefined;
  readonly silences: readonly RecurringSilence[];
  readonly summaries: readonly SummaryPolicy[];
}

export const NO_POLICIES: Policies = {
  ladders: new Map(),
  routes: [],
  flapping: undefined,
  silences: [],
  summaries: [],
};

/** What the alerting file has that policies may name; absent: not known yet, so not checked. */
export interface Named {
  readonly receivers: ReadonlySet<string>;
  readonly intervals: ReadonlySet<string>;
}

type Tree = Infer<typeof policiesSchema>;
type Keys = readonly string[];

/** Every problem is told; with one there are no policies. */
export function readPolicies(
  tree: unknown,
  named: Named | undefined,
): { readonly policies?: Policies; readonly findings: readonly Finding[] } {
  const { value, problems } = check(policiesSchema, tree ?? {});
  if (value === undefined) return { findings: problems };
  const reader = new Reader(value, named);
  const policies = reader.read();
  return reader.findings.length > 0 ? { findings: reader.findings } : { policies, findings: [] };
}

class Reader {
  readonly findings: Finding[] = [];
  private readonly tree: Tree;
  private readonly named: Named | undefined;

  constructor(tree: Tree, named: Named | undefined) {
    this.tree = tree;
    this.named = named;
  }

  read(): Policies {
    const { escalations, routes, flapping, silences, summaries } = this.tree;
    return {
      ladders: new Map(
        Object.entries(escalations).map(([name, { steps, repeat, acknowledgeTimeout }]) => {
          const keys = ['escalations', name, 'steps'];
          if (steps.length === 0) this.refuse('missing', keys, 'a ladder needs a step');
          for (const [i, { receivers }] of steps.entries()) {
            this.receivers(receivers, [...keys, String(i), 'receivers']);
          }
          return [name, { name, steps, repeat, acknowledgeTimeout }];
        }),
      ),
      routes: routes.map(({ matchers, escalation }, i) => {
        const keys = ['routes', String(i)];
        const names = Object.keys(escalations);
        this.known(escalation, names, [...keys, 'escalation'], 'ladder under escalations');
        return { matchers: this.matchers(matchers, keys), escalation };
      }),
      flapping,
      silences: Object.entries(silences).map(([name, silence]) => this.silence(name, silence)),
      summaries: Object.entries(summaries).map(([name, summary]) => this.summary(name, summary)),
    };
  }

  private silence(name: string, silence: Tree['silences'][string]): RecurringSilence {
    const { timeIntervals, comment = '' } = silence;
    const keys = ['silences', name];
    const at = [...keys, 'timeIntervals'];
    if (timeIntervals.length === 0) {
      this.refuse('missing', at, 'names no time interval', 'without one it would never hold');
    }
    for (const [i, interval] of timeIntervals.entries()) {
      const what = 'time interval of the alerting file';
      this.known(interval, this.named?.intervals, [...at, String(i)], what);
    }
    return { name, matchers: this.matchers(silence.matchers, keys), timeIntervals, comment };
  }

  private summary(name: string, summary: Tree['summaries'][string]): SummaryPolicy {
    const { every, at, location, receivers } = summary;
    const keys = ['summaries', name];
    const zone = zoneName(location);
    if (zone === undefined) {
      const hint = 'take one of the IANA time zones, e.g. Europe/Berlin';
      this.refuse('not-allowed', [...keys, 'location'], `unknown zone ${location}`, hint);
    }
    this.receivers(receivers, [...keys, 'receivers']);
    const [hours = 0, minutes = 0] = at.split(':').map(Number);
    const schedule = { every, minute: hours * 60 + minutes, zone: zone ?? 'UTC' };
    return { name, schedule, matchers: this.matchers(summary.matchers, keys), receivers };
  }

  private receivers(names: readonly string[], keys: Keys): void {
    if (names.length === 0) this.refuse('missing', keys, 'names no receiver');
    for (const [i, name] of names.entries()) {
      const what = 'receiver of the alerting file';
      this.known(name, this.named?.receivers, [...keys, String(i)], what);
    }
  }

  private matchers(texts: readonly string[], keys: Keys): LabelMatcher[] {
    return texts.flatMap((text, i) => {
      try {
        return [parseMatcher(text)];
      } catch (error) {
        if (!(error instanceof MatcherError)) throw error;
        const hint = 'write it as in Alertmanager, e.g. severity="page"';
        this.refuse('malformed', [...keys, 'matchers', String(i)], error.message, hint);
        return [];
      }
    });
  }

  private known(name: string, all: Iterable<string> | undefined, keys: Keys, what: string): void {
    if (all === undefined) return;
    const names = [...all];
    if (names.includes(name)) return;
    const hint = names.length === 0 ? 'there are none' : `there are ${names.join(', ')}`;
    this.refuse('not-allowed', keys, `no ${what} is called ${JSON.stringify(name)}`, hint);
  }

  private refuse(code: Finding['code'], keys: Keys, message: string, hint?: string): void {
    this.findings.push(finding(code, keys, message, hint));
  }
}
