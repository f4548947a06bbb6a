/** Whether what a damaged collector shows is what it may show. */
import type { Content, StoreContent } from './collector-content.ts';
import type { Notes } from './collector-notes.ts';
import { CPU_LIMIT, type Job, type Trial } from './side.ts';

export interface Seen {
  readonly content: Content;
  /** What the next start finds. */
  readonly atRest: StoreContent;
  /** Warnings and errors of the log. */
  readonly complaints: readonly string[];
  /** What `verify` found damaged. */
  readonly verified: readonly string[];
  /** Devices that came back were taken. */
  readonly took: boolean;
  readonly cpu: number;
  readonly seconds: number;
}

/** Words with which the log tells of damage, beside trouble that has other reasons. */
const TELLS = /damage|repair|set aside|lost|unreadable|cut what|left out|passed over|older/i;

interface Losses {
  readonly samples: readonly string[];
  readonly rollups: readonly string[];
  readonly devices: readonly string[];
  readonly silences: readonly string[];
  readonly quarantine: readonly string[];
  readonly flags: readonly string[];
}

export function judge(job: Job, notes: Notes, seen: Seen): Trial {
  const losses = lossesOf(notes, seen);
  const lost = (Object.entries(losses) as [string, readonly string[]][])
    .filter(([, names]) => names.length > 0)
    .map(([what, names]) => `${names.length} ${what}`);
  const told = seen.complaints.filter((line) => TELLS.test(line));
  const problems = [
    ...(seen.took ? [] : ['a batch sent afterwards was not found']),
    ...(seen.cpu > CPU_LIMIT ? [`${seen.cpu.toFixed(1)} s of CPU until it worked`] : []),
    ...invented(notes, seen),
    ...lostLater(seen),
    ...directing(job, notes, seen),
    ...beyond(job, notes, losses),
    ...(lost.length > 0 && told.length === 0 ? ['lost without a word'] : []),
    ...(lost.length > 0 && seen.verified.length === 0 ? ['verify found nothing'] : []),
  ];
  return {
    problems,
    lost: lost.join(', ') || 'none',
    told: told.length === 0 ? 'silent' : 'told',
    verify: seen.verified.length === 0 ? 'ok' : 'damaged',
    cpu: seen.cpu,
    seconds: seen.seconds,
  };
}

function lossesOf(notes: Notes, { content, atRest }: Seen): Losses {
  const missing = (before: readonly string[], after: readonly string[]) =>
    before.filter((one) => !after.includes(one));
  const { rest } = notes;
  return {
    samples: notes.samples.map(([name]) => name).filter((name) => !content.samples.has(name)),
    rollups: notes.rollups
      .filter(([name, value]) => atRest.rollups.get(name) !== value)
      .map(([name]) => name),
    devices: missing(rest.devices, content.devices),
    silences: missing(rest.silences, content.silences),
    quarantine: missing(rest.quarantine, content.quarantine),
    flags: missing(rest.flags, content.flags),
  };
}

/** Versions never fall; without its key the director refuses, and that is told. */
function directing({ file }: Job, notes: Notes, { content, complaints, verified }: Seen): string[] {
  const fallen = content.directed.filter((version, n) => version < (notes.rest.directed[n] ?? 0));
  if (fallen.length === 0) return [];
  const closed = content.directed.every((version) => version === 0) && file.startsWith('director/');
  if (!closed) return [`the director went back to ${fallen.join(', ')}`];
  const told = complaints.some((line) => line.includes('director')) && verified.length > 0;
  return told ? [] : ['the director is closed without a word'];
}

function invented(notes: Notes, { content }: Seen): string[] {
  const before = new Map(notes.samples);
  const newest = Math.max(...notes.samples.map(([name]) => timeOf(name)));
  const wrong = [...content.samples].filter(
    ([name, value]) => before.get(name) !== value && timeOf(name) <= newest,
  );
  const gaps = content.gaps.filter((gap) => !notes.rest.gaps.includes(gap));
  const messages = content.quarantine.filter((one) => !notes.rest.quarantine.includes(one));
  return [
    ...(wrong.length === 0 ? [] : [`${wrong.length} samples invented, e.g. ${wrong[0]?.[0]}`]),
    ...(messages.length === 0 ? [] : [`quarantine invented: ${messages[0]?.slice(0, 60)}`]),
    ...(gaps.length === 0 ? [] : [`gaps: ${gaps.slice(0, 3).join(', ')}`]),
  ];
}

/** What the first start after the damage showed, the next one shows too. */
function lostLater({ content, atRest }: Seen): string[] {
  const gone = [...content.samples.keys()].filter((name) => !atRest.samples.has(name));
  return gone.length === 0
    ? []
    : [`${gone.length} samples lost by the next start, e.g. ${gone[0]}`];
}

/** What is lost although the damaged file did not hold it. */
function beyond({ file }: Job, notes: Notes, losses: Losses): string[] {
  const [, day = ''] = /^store\/parts\/(\d{4}-\d\d-\d\d)\//.exec(file) ?? [];
  const [, step = ''] = /^store\/rollups\/(1[hm])\//.exec(file) ?? [];
  const ofDay = (name: string) => new Date(timeOf(name)).toISOString().startsWith(day);
  const journalled = new Set(file.startsWith('journal/') ? notes.journalled : []);
  const allowed = {
    samples: (name: string) => (day !== '' && ofDay(name)) || journalled.has(name),
    rollups: (name: string) =>
      (day !== '' && ofDay(name)) || (step !== '' && name.startsWith(`${step}/`)),
    devices: () => file.startsWith('catalog/'),
    silences: () => file.startsWith('alerts/'),
    quarantine: () => file.startsWith('quarantine/'),
    flags: () => file.startsWith('fleet/'),
  };
  return Object.entries(losses).flatMap(([what, names]) => {
    const far = (names as readonly string[]).filter((name) => !allowed[what as keyof Losses](name));
    return far.length === 0 ? [] : [`${far.length} ${what} lost beyond the file, e.g. ${far[0]}`];
  });
}

function timeOf(name: string): number {
  return Number(name.slice(name.lastIndexOf('/') + 1));
}
