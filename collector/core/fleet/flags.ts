/** Feature flags: typed values, targeted by rules in order and by stable shares of the fleet. */
import { FLAG_LIMITS } from '../../../protocol/messages/flags.ts';
import type { FlagValue } from '../../../protocol/messages/tree.ts';
import type { FlagPlan } from './flag-plan.ts';
import {
  matches,
  parseSelector,
  type Selectable,
  type Selector,
  selectorProblem,
} from './selector.ts';
import { inShare } from './share.ts';

export const FLAG_TYPES = ['boolean', 'number', 'string'] as const;
export type FlagType = (typeof FLAG_TYPES)[number];

export interface FlagRule {
  readonly selector: string;
  readonly value: FlagValue;
  /** Percent of the devices that the selector matches. */
  readonly share: number;
}

export interface FlagContent {
  readonly type: FlagType;
  readonly description: string;
  /** For devices that no rule takes. */
  readonly default: FlagValue;
  /** For all while it is killed. */
  readonly off: FlagValue;
  readonly killed: boolean;
  readonly rules: readonly FlagRule[];
  readonly plan?: FlagPlan;
}

export interface FlagVersion extends FlagContent {
  /** From 1, rising with each change of this flag. */
  readonly version: number;
  /** UTC milliseconds. */
  readonly at: number;
  readonly by: string;
  readonly comment: string;
  readonly deleted?: boolean;
}

export interface Flag extends FlagVersion {
  readonly name: string;
}

/** A flag made ready for many devices. */
export interface ReadyFlag {
  readonly flag: Flag;
  readonly selectors: readonly Selector[];
}

export function readyFlag(flag: Flag): ReadyFlag {
  return { flag, selectors: flag.rules.map(({ selector }) => parseSelector(selector)) };
}

export interface Evaluation {
  readonly value: FlagValue;
  readonly reason: 'killed' | 'rule' | 'default';
  /** Position of the rule that took it, from 0. */
  readonly rule?: number;
}

/** The first rule that matches and whose share has the device; a device outside tries the next. */
export function evaluate({ flag, selectors }: ReadyFlag, device: Selectable): Evaluation {
  if (flag.killed) return { value: flag.off, reason: 'killed' };
  const rule = flag.rules.findIndex(({ share }, index) => {
    const selector = selectors[index];
    return (
      selector !== undefined && inShare(flag.name, device.id, share) && matches(selector, device)
    );
  });
  const taken = flag.rules[rule];
  if (taken === undefined) return { value: flag.default, reason: 'default' };
  return { value: taken.value, reason: 'rule', rule };
}

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,126}$/;
const MAX_RULES = 100;
const MAX_TEXT_BYTES = FLAG_LIMITS.textBytes;

export function isFlagName(name: string): boolean {
  return NAME.test(name);
}

/** What is wrong with a flag, with the path of it. */
export function flagProblem(flag: FlagContent): string | undefined {
  const { type, rules } = flag;
  const wrong = valueProblem('default', flag.default, type) ?? valueProblem('off', flag.off, type);
  if (wrong !== undefined) return wrong;
  if (rules.length > MAX_RULES) return `rules: ${rules.length}, ${MAX_RULES} at most`;
  for (const [index, rule] of rules.entries()) {
    const found = ruleProblem(rule, type);
    if (found !== undefined) return `rules[${index}].${found}`;
  }
  const planned = flag.plan?.rule ?? 0;
  if (flag.plan !== undefined && rules[planned] === undefined) {
    return `plan.rule: there is no rule ${planned}`;
  }
  return undefined;
}

function ruleProblem({ selector, value, share }: FlagRule, type: FlagType): string | undefined {
  const wrong = selectorProblem(selector);
  if (wrong !== undefined) return `selector: ${wrong}`;
  if (!(share >= 0 && share <= 100)) return `share: ${share} is not between 0 and 100`;
  return valueProblem('value', value, type);
}

function valueProblem(path: string, value: FlagValue, type: FlagType): string | undefined {
  if (typeof value !== type) return `${path}: ${JSON.stringify(value)} is no ${type}`;
  if (typeof value === 'number' && !Number.isFinite(value)) return `${path}: is no finite number`;
  if (typeof value === 'string' && Buffer.byteLength(value) > MAX_TEXT_BYTES) {
    return `${path}: the text is longer than ${MAX_TEXT_BYTES} bytes`;
  }
  return undefined;
}
