/** The packages of a device: what it runs, and what is wanted of it. */
import type { ReportedView } from '../../core/views.ts';
import { badge, note } from '../parts.ts';
import { type PlainColumn, plainTable } from '../table.ts';
import type { PageDesired } from './requests.ts';

interface Row {
  readonly name: string;
  readonly runs: string;
  readonly slot: string;
  readonly wanted: string;
}

export function packagesTable({ packages }: ReportedView, desired?: PageDesired): HTMLElement {
  const wanted = new Map(desired?.packages.map(({ name, version }) => [name, version]));
  const rows: Row[] = packages.map(({ name, version, slot }) => ({
    name,
    runs: version,
    slot,
    wanted: wanted.get(name) ?? '',
  }));
  const names = new Set(packages.map(({ name }) => name));
  for (const [name, version] of wanted) {
    if (!names.has(name)) rows.push({ name, runs: '', slot: '', wanted: version });
  }
  if (rows.length === 0) return note('It has no packages, and none is wanted of it.');
  return plainTable('Packages of the device', COLUMNS, rows);
}

const COLUMNS: readonly PlainColumn<Row>[] = [
  { title: 'Package', show: ({ name }) => [name] },
  { title: 'Runs', show: ({ runs }) => [runs || '–'] },
  { title: 'Slot', show: ({ slot }) => [slot || '–'] },
  {
    title: 'Wanted',
    show: ({ wanted, runs }) => {
      if (wanted === '') return ['–'];
      return wanted === runs ? [wanted] : [wanted, ' ', badge('differs', 'warn')];
    },
  },
];
