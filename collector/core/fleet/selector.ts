/**
 * Which devices are meant: Kubernetes' label selectors over a device's id (`device`), its site
 * (`site`), its labels by their names, and its facts (`fact.<name>`). `label.<name>` is a label
 * whatever its name. All requirements must hold; `all` has none.
 */
import { SelectorError } from './selector-error.ts';
import { parseRequirements, type Requirement } from './selector-parse.ts';

export { SelectorError };

export interface Selector {
  /** Empty: every device. */
  readonly requirements: readonly Requirement[];
}

/** What a selector looks at. */
export interface Selectable {
  readonly id: string;
  readonly site: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly facts: ReadonlyMap<string, string>;
}

/** `undefined` when the text can be read, else what is wrong with it and where. */
export function selectorProblem(text: string): string | undefined {
  try {
    parseSelector(text);
    return undefined;
  } catch (error) {
    if (error instanceof SelectorError) return error.message;
    throw error;
  }
}

/** Throws `SelectorError`, which names the place. */
export function parseSelector(text: string): Selector {
  return { requirements: parseRequirements(text) };
}

export function printSelector({ requirements }: Selector): string {
  return requirements.length === 0 ? 'all' : requirements.map(printRequirement).join(',');
}

export function matches({ requirements }: Selector, device: Selectable): boolean {
  return requirements.every((one) => holds(one, valueUnder(device, one.key)));
}

/** The one device that is meant, when no other can be: who looks for it need not ask all. */
export function soleDevice({ requirements }: Selector): string | undefined {
  for (const one of requirements) {
    if (one.op === 'eq' && one.key === 'device') return one.value;
  }
  return undefined;
}

function holds(one: Requirement, value: string | undefined): boolean {
  switch (one.op) {
    case 'eq':
      return value === one.value;
    case 'ne':
      return value !== one.value;
    case 'in':
      return value !== undefined && one.values.includes(value);
    case 'notin':
      return value === undefined || !one.values.includes(value);
    case 'exists':
      return value !== undefined;
    case 'absent':
      return value === undefined;
  }
}

const FACT = 'fact.';
const LABEL = 'label.';

function valueUnder({ id, site, labels, facts }: Selectable, key: string): string | undefined {
  if (key === 'device') return id;
  if (key === 'site') return site;
  if (key.startsWith(FACT)) return facts.get(key.slice(FACT.length));
  return labels.get(key.startsWith(LABEL) ? key.slice(LABEL.length) : key);
}

const BARE = /^[^\s,()=!"<>]+$/;

function printRequirement(one: Requirement): string {
  switch (one.op) {
    case 'eq':
      return `${one.key}=${printValue(one.value)}`;
    case 'ne':
      return `${one.key}!=${printValue(one.value)}`;
    case 'in':
    case 'notin':
      return `${one.key} ${one.op} (${one.values.map(printValue).join(',')})`;
    case 'absent':
      return `!${one.key}`;
    case 'exists':
      return one.key;
  }
}

function printValue(value: string): string {
  return BARE.test(value) ? value : JSON.stringify(value);
}
