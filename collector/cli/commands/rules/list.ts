/** `muster rules list`: the collector's rules as a table. */
import { ago } from '../../../core/present.ts';
import { table } from '../../table.ts';

interface ListedRule {
  readonly name: string;
  readonly type: 'alerting' | 'recording';
  readonly state?: string;
  readonly health: string;
  readonly lastError?: string;
  readonly lastEvaluation: string;
  readonly alerts?: readonly object[];
}

interface ListedGroup {
  readonly name: string;
  readonly rules: readonly ListedRule[];
}

type Row = ListedRule & { readonly group: string };

export function listText(groups: readonly ListedGroup[]): string {
  const rows = groups.flatMap(({ name, rules }) => rules.map((rule) => ({ ...rule, group: name })));
  if (rows.length === 0) return 'no rules\n';
  const newest = Math.max(...rows.map(({ lastEvaluation }) => Date.parse(lastEvaluation)));
  return table<Row>(
    [
      { title: 'group', text: ({ group }) => group },
      { title: 'rule', text: ({ name }) => name },
      { title: 'type', text: ({ type }) => type },
      { title: 'state', text: ({ state = '' }) => state },
      { title: 'alerts', right: true, text: ({ alerts }) => String(alerts?.length ?? '') },
      { title: 'health', text: ({ health }) => health },
      { title: 'evaluated', text: ({ lastEvaluation }) => evaluated(lastEvaluation, newest) },
      { title: 'error', text: ({ lastError = '' }) => lastError },
    ],
    rows,
  );
}

/** Before the newest of them, since a clock of this machine may be another one. */
function evaluated(text: string, newest: number): string {
  const time = Date.parse(text);
  return time <= 0 ? 'never' : ago(time, newest);
}
