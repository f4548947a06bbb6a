/** The bench's command line. */
import { parseArgs } from 'node:util';
import { BROKERS, type BrokerKind, type FleetOptions, TROUBLES, type Trouble } from './settings.ts';

export function readArguments(args: string[]): FleetOptions {
  const { values } = parseArgs({
    args,
    options: {
      devices: { type: 'string', default: '200' },
      series: { type: 'string', default: '80' },
      rows: { type: 'string', default: '1' },
      interval: { type: 'string', default: '10' },
      for: { type: 'string', default: '10' },
      warm: { type: 'string', default: '3' },
      processes: { type: 'string', default: '1' },
      rate: { type: 'string', default: 'interval' },
      window: { type: 'string', default: '16' },
      markers: { type: 'string', default: '8' },
      misbehave: { type: 'string', default: '' },
      restart: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      sample: { type: 'string' },
      agent: { type: 'boolean', default: false },
      broker: { type: 'string', default: 'embedded' },
    },
  });
  return {
    devices: positive('devices', values.devices),
    series: positive('series', values.series),
    rows: positive('rows', values.rows),
    intervalMs: positive('interval', values.interval) * 1_000,
    seconds: positive('for', values.for),
    warmSeconds: positive('warm', values.warm),
    processes: positive('processes', values.processes),
    max: values.rate === 'max',
    window: positive('window', values.window),
    markers: Number(values.markers),
    troubles: values.misbehave.split(',').filter(Boolean).map(readTrouble),
    restart: values.restart,
    profile: values.profile,
    json: values.json,
    agent: values.agent,
    broker: brokerOf(values.broker),
    ...(values.sample !== undefined && { sampleSeconds: positive('sample', values.sample) }),
  };
}

function positive(name: string, text: string): number {
  const value = Number.parseFloat(text);
  if (!(value > 0)) throw refusal(`--${name} ${text}: a positive number is needed`);
  return value;
}

/** As `parseArgs` refuses a value: told in one line. */
function refusal(message: string): Error {
  return Object.assign(new TypeError(message), { code: 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE' });
}

export function brokerOf(name: string): BrokerKind {
  const found = BROKERS.find((broker) => broker === name);
  if (found === undefined) throw refusal(`--broker ${name}: one of ${BROKERS.join(', ')}`);
  return found;
}

function readTrouble(name: string): Trouble {
  const found = TROUBLES.find((trouble) => trouble === name);
  if (found === undefined) throw refusal(`--misbehave ${name}: one of ${TROUBLES.join(', ')}`);
  return found;
}
