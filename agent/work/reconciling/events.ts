/** What the reconciler tells the collector by events. */
import type { RefusedPath } from '../../../protocol/messages/reported.ts';
import type { DesiredState, Flags } from '../../core/desired/state.ts';
import type { Journal } from '../../ports/caretaking.ts';

type Event = Parameters<Journal['event']>[0];

const MOST_PATHS = 20;
const MOST_NAMES = 20;

/** Of the version that was seen last, when something was decided about it. */
export function outcomeEvent({ outcome, seen, problems, kept }: DesiredState): Event {
  const version = String(seen);
  if (outcome === 'refused') return refusedEvent(seen, problems);
  if (outcome === 'rolled-back') {
    return {
      name: 'desired.rolled-back',
      severity: 'error',
      text: `configuration ${version} was taken back: ${problems[0]?.message ?? ''}`,
      attributes: { version, inForce: String(kept.version) },
    };
  }
  return {
    name: 'desired.applied',
    severity: 'info',
    text: `configuration ${version} is kept`,
    attributes: { version },
  };
}

export function refusedEvent(seen: number, problems: readonly RefusedPath[]): Event {
  const [first] = problems;
  const at = first === undefined || first.path === '' ? '' : `${first.path}: `;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  const paths = problems.map(({ path }) => path).filter((path) => path !== '');
  return {
    name: 'desired.refused',
    severity: 'error',
    text: `configuration ${seen} is refused: ${at}${first?.message ?? ''}${more}`,
    attributes: { version: String(seen), paths: paths.slice(0, MOST_PATHS).join(' ') },
  };
}

export function flagsEvent(before: Flags, after: Flags): Event {
  const names = [...new Set([before, after].flatMap(({ values }) => Object.keys(values)))]
    .filter((name) => before.values[name] !== after.values[name])
    .sort();
  const shown = names.slice(0, MOST_NAMES).map((name) => `${name}=${String(after.values[name])}`);
  return {
    name: 'flags.changed',
    severity: 'info',
    text: `${names.length} flag${names.length === 1 ? '' : 's'} changed: ${shown.join(', ')}`,
    attributes: { version: String(after.version), flags: names.slice(0, MOST_NAMES).join(' ') },
  };
}
