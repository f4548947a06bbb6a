/**
 * The one table of topics: `muster/v1/<site>/<device>/<kind>[/<id>]`.
 *
 * Both programs build and parse topics here only, and access rules derive from the same rows.
 */
import { isId } from './ids.ts';

export const TOPIC_ROOT = 'muster/v1';

interface KindRow {
  readonly from: 'device' | 'collector';
  readonly retained: boolean;
  readonly qos: 0 | 1;
  /** Whether one more level, an id, follows the kind. */
  readonly id: boolean;
  /** Whether its messages are numbered within an epoch and acknowledged end to end. */
  readonly sequenced: boolean;
}

export const KINDS = {
  state: { from: 'device', retained: true, qos: 1, id: false, sequenced: false },
  schema: { from: 'device', retained: true, qos: 1, id: false, sequenced: false },
  m: { from: 'device', retained: false, qos: 1, id: false, sequenced: true },
  h: { from: 'device', retained: false, qos: 1, id: false, sequenced: true },
  health: { from: 'device', retained: true, qos: 1, id: false, sequenced: false },
  event: { from: 'device', retained: false, qos: 1, id: false, sequenced: true },
  log: { from: 'device', retained: false, qos: 1, id: false, sequenced: true },
  trace: { from: 'device', retained: false, qos: 1, id: false, sequenced: true },
  reported: { from: 'device', retained: true, qos: 1, id: false, sequenced: false },
  report: { from: 'device', retained: false, qos: 1, id: true, sequenced: true },
  res: { from: 'device', retained: false, qos: 1, id: true, sequenced: true },
  ack: { from: 'collector', retained: false, qos: 0, id: false, sequenced: false },
  desired: { from: 'collector', retained: true, qos: 1, id: false, sequenced: false },
  cmd: { from: 'collector', retained: false, qos: 1, id: true, sequenced: false },
} as const satisfies Record<string, KindRow>;

export type Kind = keyof typeof KINDS;

export interface Topic {
  readonly site: string;
  readonly device: string;
  readonly kind: Kind;
  /** Present exactly for the kinds whose row says `id`. */
  readonly id?: string;
}

export function isKind(text: string): text is Kind {
  return Object.hasOwn(KINDS, text);
}

export function buildTopic(topic: Topic): string {
  const { site, device, kind, id } = topic;
  const base = `${TOPIC_ROOT}/${site}/${device}/${kind}`;
  return id === undefined ? base : `${base}/${id}`;
}

/** The topic's parts, or `undefined` when the text is not a topic of the table. */
export function parseTopic(text: string): Topic | undefined {
  const parts = text.split('/');
  const [root, version, site, device, kind, id] = parts;
  if (root !== 'muster' || version !== 'v1' || parts.length > 6) return undefined;
  if (site === undefined || device === undefined || kind === undefined) return undefined;
  if (!isId(site) || !isId(device) || !isKind(kind)) return undefined;
  if (KINDS[kind].id !== (id !== undefined)) return undefined;
  if (id === undefined) return { site, device, kind };
  return isId(id) ? { site, device, kind, id } : undefined;
}

/** The filters a collector needs to hear every device: one per kind that devices send. */
export function collectorFilters(): string[] {
  return kindsFrom('device').map(
    (kind) => `${TOPIC_ROOT}/+/+/${kind}${KINDS[kind].id ? '/+' : ''}`,
  );
}

/** The filters one device subscribes to: the collector's kinds in its branch and its own `state`. */
export function deviceFilters(site: string, device: string): string[] {
  const branch = `${TOPIC_ROOT}/${site}/${device}`;
  const fromCollector = kindsFrom('collector').map(
    (k) => `${branch}/${k}${KINDS[k].id ? '/+' : ''}`,
  );
  return [...fromCollector, `${branch}/state`];
}

/** The JSON mirror's topic, for tools that do not read CBOR. */
export function mirrorTopic(
  site: string,
  device: string,
  view: 'state' | 'health' | 'metrics',
): string {
  return `${TOPIC_ROOT}/${site}/${device}/json/${view}`;
}

function kindsFrom(side: 'device' | 'collector'): Kind[] {
  return (Object.keys(KINDS) as Kind[]).filter((kind) => KINDS[kind].from === side);
}
