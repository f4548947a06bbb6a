/** The flags that people set: durable, each version kept. */
import { FLAG_LIMITS } from '../../../protocol/messages/flags.ts';
import { type FlagPlan, shareOf } from '../../core/fleet/flag-plan.ts';
import {
  type Flag,
  type FlagContent,
  type FlagVersion,
  flagProblem,
  isFlagName,
} from '../../core/fleet/flags.ts';
import { compareText } from '../../core/text.ts';
import { type FlagDraft, FleetError, type Signed } from '../../ports/fleet-desk.ts';
import type { Clock } from '../../ports.ts';
import { type FleetMemory, KEEPING } from './memory.ts';
import { Revisions } from './revisions.ts';

const MAX_STEPS = 50;

export interface FlagsDeps {
  readonly clock: Clock;
  readonly memory: FleetMemory;
  readonly changed: () => void;
}

export class Flags {
  private readonly deps: FlagsDeps;
  private readonly kept: Revisions<FlagVersion>;

  constructor(deps: FlagsDeps) {
    this.deps = deps;
    this.kept = new Revisions(deps.memory, KEEPING.flags);
  }

  restore(): Promise<void> {
    return this.kept.restore();
  }

  all(): readonly Flag[] {
    const all = this.kept.all().map(([name, one]) => ({ ...one, name }));
    return all.sort((a, b) => compareText(a.name, b.name));
  }

  get(name: string): Flag {
    const found = this.kept.get(name);
    if (found === undefined) throw new FleetError('unknown', `there is no flag ${name}`);
    return { ...found, name };
  }

  async put(name: string, draft: FlagDraft): Promise<Flag> {
    const { plan: planned, by, comment, ...content } = draft;
    const plan = planned && this.begun(planned);
    this.check(name, content, plan);
    return this.change(name, (before, version) => ({
      ...content,
      ...(plan === undefined ? {} : { plan, rules: withShare(content.rules, plan) }),
      // A kill switch stays thrown until somebody says otherwise.
      killed: before?.deleted !== true && before?.killed === true,
      ...{ version, at: this.now(), by, comment },
    }));
  }

  async delete(name: string, { by, comment }: Signed): Promise<void> {
    this.get(name);
    await this.alter(name, { by, comment }, (flag) => ({ ...flag, deleted: true }));
  }

  kill(name: string, killed: boolean, who: Signed): Promise<Flag> {
    return this.alter(name, who, (flag) => ({ ...flag, killed }));
  }

  /** Sets the share of one rule; a plan that moves it stops. */
  share(name: string, rule: number, share: number, who: Signed): Promise<Flag> {
    const flag = this.get(name);
    if (flag.rules[rule] === undefined) {
      throw new FleetError('invalid', `rule: ${name} has no rule ${rule} (they count from 0)`);
    }
    if (!(share >= 0 && share <= 100)) {
      throw new FleetError('invalid', `share: ${share} is not between 0 and 100`);
    }
    return this.alter(name, who, ({ plan, ...rest }) => ({
      ...rest,
      rules: rest.rules.map((one, index) => (index === rule ? { ...one, share } : one)),
      ...(plan === undefined || plan.rule === rule ? {} : { plan }),
    }));
  }

  /** What a plan has come to, its share with it; nothing when somebody changed it meanwhile. */
  async planned(name: string, from: FlagPlan, to: FlagPlan, comment: string): Promise<void> {
    const made = await this.kept.change(name, (before, version) => {
      const { plan } = before ?? {};
      if (before === undefined || before.deleted === true || plan === undefined) return undefined;
      if (plan.since !== from.since || plan.step !== from.step || plan.state !== from.state) {
        return undefined;
      }
      const rules = withShare(before.rules, to);
      return { ...before, plan: to, rules, version, at: this.now(), by: 'plan', comment };
    });
    if (made !== undefined) this.deps.changed();
  }

  async history(name: string): Promise<readonly Flag[]> {
    const found = await this.kept.history(name);
    if (found.length === 0) throw new FleetError('unknown', `there never was a flag ${name}`);
    return found.map((one) => ({ ...one, name }));
  }

  private check(
    name: string,
    content: Omit<FlagContent, 'killed' | 'plan'>,
    plan: FlagPlan | undefined,
  ): void {
    const invalid = (problem: string) => new FleetError('invalid', problem);
    if (!isFlagName(name)) {
      throw invalid(`${JSON.stringify(name)} is no name of a flag: letters, digits, . _ and -`);
    }
    const others = this.kept.all().filter(([one]) => one !== name).length;
    if (others >= FLAG_LIMITS.count) {
      throw invalid(`there are ${FLAG_LIMITS.count} flags already: delete some first`);
    }
    const steps = plan?.steps ?? [];
    if (plan !== undefined && (steps.length === 0 || steps.length > MAX_STEPS)) {
      throw invalid(`plan.steps: give 1 to ${MAX_STEPS}`);
    }
    const shares = steps.map(({ share }) => share);
    if (shares.some((share, i) => !(share >= (shares[i - 1] ?? 0) && share <= 100))) {
      throw invalid(`plan.steps: shares rise from 0 to 100, not ${shares.join(', ')}`);
    }
    const problem = flagProblem({ ...content, killed: false, ...(plan && { plan }) });
    if (problem !== undefined) throw invalid(problem);
  }

  private begun(plan: NonNullable<FlagDraft['plan']>): FlagPlan {
    return { ...plan, step: 0, since: this.now(), state: 'running', reason: '' };
  }

  private alter(
    name: string,
    { by, comment }: Signed,
    make: (flag: FlagVersion) => FlagVersion,
  ): Promise<Flag> {
    return this.change(name, (before, version) =>
      before === undefined || before.deleted === true
        ? undefined
        : { ...make(before), version, at: this.now(), by, comment },
    );
  }

  private async change(
    name: string,
    make: (before: FlagVersion | undefined, version: number) => FlagVersion | undefined,
  ): Promise<Flag> {
    const made = await this.kept.change(name, make);
    if (made === undefined) throw new FleetError('unknown', `there is no flag ${name}`);
    this.deps.changed();
    return { ...made, name };
  }

  private now(): number {
    return Math.round(this.deps.clock.wall());
  }
}

function withShare(rules: FlagVersion['rules'], plan: FlagPlan) {
  const share = shareOf(plan);
  if (share === undefined) return rules;
  return rules.map((one, index) => (index === plan.rule ? { ...one, share } : one));
}
