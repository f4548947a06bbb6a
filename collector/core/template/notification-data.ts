/** What a notification's template sees: Alertmanager's `Data`, and the link to acknowledge. */
import { timeValue } from './time.ts';
import { Dict, type FunctionSpec, List, Struct, textOf, type Value } from './values.ts';

type Texts = Readonly<Record<string, string>>;
export type Status = 'firing' | 'resolved';

export interface AlertData {
  readonly status: Status;
  readonly labels: Texts;
  readonly annotations: Texts;
  /** UTC milliseconds. */
  readonly startsAt: number;
  /** `NEVER` while it fires. */
  readonly endsAt: number;
  readonly generatorURL: string;
  readonly fingerprint: string;
}

/** In the order in which Alertmanager writes it as JSON. */
export interface NotificationData {
  readonly receiver: string;
  readonly status: Status;
  readonly alerts: readonly AlertData[];
  readonly groupLabels: Texts;
  readonly commonLabels: Texts;
  readonly commonAnnotations: Texts;
  readonly externalURL: string;
  /** Ours. */
  readonly acknowledgeURL?: string;
}

/** Go's zero time, which Alertmanager sends as the end of what has not ended. */
export const NEVER = -62_135_596_800_000;

export function templateData(data: NotificationData): Value {
  const fields = new Map<string, Value>([
    ['Receiver', data.receiver],
    ['Status', data.status],
    ['Alerts', alertList(data.alerts)],
    ['GroupLabels', keyValues(Object.entries(data.groupLabels))],
    ['CommonLabels', keyValues(Object.entries(data.commonLabels))],
    ['CommonAnnotations', keyValues(Object.entries(data.commonAnnotations))],
    ['ExternalURL', data.externalURL],
    ['AcknowledgeURL', data.acknowledgeURL ?? ''],
  ]);
  return new Struct('template.Data', fields);
}

function alertList(alerts: readonly AlertData[]): List {
  const items = alerts.map(alertValue);
  const having = (status: Status): FunctionSpec => ({
    params: [],
    call: () =>
      new List(
        '[]template.Alert',
        items.filter((_item, at) => alerts[at]?.status === status),
      ),
  });
  const methods = new Map([
    ['Firing', having('firing')],
    ['Resolved', having('resolved')],
  ]);
  return new List('template.Alerts', items, methods);
}

function alertValue(alert: AlertData): Struct {
  const fields = new Map<string, Value>([
    ['Status', alert.status],
    ['Labels', keyValues(Object.entries(alert.labels))],
    ['Annotations', keyValues(Object.entries(alert.annotations))],
    ['StartsAt', timeValue(alert.startsAt)],
    ['EndsAt', timeValue(alert.endsAt)],
    ['GeneratorURL', alert.generatorURL],
    ['Fingerprint', alert.fingerprint],
  ]);
  return new Struct('template.Alert', fields);
}

/** Alertmanager's `KV`: a map with methods. */
function keyValues(entries: readonly (readonly [string, string])[]): Dict {
  const methods = new Map<string, FunctionSpec>([
    ['SortedPairs', { params: [], call: () => pairList(sorted(entries)) }],
    ['Names', { params: [], call: () => List.ofStrings(sorted(entries).map(([name]) => name)) }],
    [
      'Values',
      { params: [], call: () => List.ofStrings(sorted(entries).map(([, value]) => value)) },
    ],
    ['Remove', { params: ['list'], call: ([names]) => keyValues(without(entries, names)) }],
  ]);
  return new Dict('template.KV', new Map(entries), '', methods);
}

/** By name, but `alertname` first. */
function sorted(
  entries: readonly (readonly [string, string])[],
): readonly (readonly [string, string])[] {
  const order = (name: string): string => (name === 'alertname' ? '' : name);
  return entries.toSorted(([a], [b]) => (order(a) < order(b) ? -1 : 1));
}

function without(
  entries: readonly (readonly [string, string])[],
  names: Value,
): readonly (readonly [string, string])[] {
  const gone = new Set(names instanceof List ? names.items.map(textOf) : []);
  return entries.filter(([name]) => !gone.has(name));
}

function pairList(pairs: readonly (readonly [string, string])[]): List {
  const items = pairs.map(
    ([name, value]) =>
      new Struct(
        'template.Pair',
        new Map<string, Value>([
          ['Name', name],
          ['Value', value],
        ]),
      ),
  );
  const part = (index: 0 | 1): FunctionSpec => ({
    params: [],
    call: () => List.ofStrings(pairs.map((pair) => pair[index])),
  });
  return new List(
    'template.Pairs',
    items,
    new Map([
      ['Names', part(0)],
      ['Values', part(1)],
    ]),
  );
}
