/** Go's time.Time and time.Duration as templates see them: how they print, and the methods in use. */
import { CallError } from './errors.ts';
import { formatTime } from './time-layout.ts';
import { zoneAt } from './time-zone.ts';
import { type FunctionSpec, Struct, textOf, type Value } from './values.ts';

const MS = 1_000_000n;
/** 1 January of the year 1. */
const ZERO_MS = -62_135_596_800_000;
const DEFAULT_LAYOUT = '2006-01-02 15:04:05.999999999 -0700 MST';

/** A moment in UTC milliseconds, shown in a zone. */
export function timeValue(ms: number, zone = 'UTC'): Struct {
  const at = (name: string): Struct => timeValue(ms, name);
  const methods = new Map<string, FunctionSpec>([
    ['Format', text1((layout) => formatTime(layout, ms, zone))],
    ['String', none(() => formatTime(DEFAULT_LAYOUT, ms, zone))],
    ['Unix', none(() => BigInt(Math.floor(ms / 1000)))],
    ['UnixMilli', none(() => BigInt(ms))],
    ['UnixNano', none(() => BigInt(ms) * MS)],
    ['UTC', none(() => at('UTC'))],
    ['Local', none(() => at('UTC'))],
    ['IsZero', none(() => ms === ZERO_MS)],
    ['Sub', time1((other) => durationValue((BigInt(ms) - other) * MS))],
    ['After', time1((other) => BigInt(ms) > other)],
    ['Before', time1((other) => BigInt(ms) < other)],
    ['Equal', time1((other) => BigInt(ms) === other)],
    [
      'Add',
      {
        params: ['any'],
        call: ([duration]) => timeValue(ms + Number(nanosecondsOf(duration) / MS), zone),
      },
    ],
    ...PARTS.map(([name, layout]) => part(name, layout, ms, zone)),
    ['Weekday', none(() => formatTime('Monday', ms, zone))],
    ['Month', none(() => formatTime('January', ms, zone))],
  ]);
  const text = formatTime(DEFAULT_LAYOUT, ms, zone);
  return new Struct('time.Time', new Map(), { methods, text, nanoseconds: BigInt(ms) * MS });
}

const PARTS: readonly (readonly [name: string, layout: string])[] = [
  ['Year', '2006'],
  ['Day', '2'],
  ['Hour', '15'],
  ['Minute', '4'],
  ['Second', '5'],
];

function part(name: string, layout: string, ms: number, zone: string): [string, FunctionSpec] {
  return [name, none(() => BigInt(formatTime(layout, ms, zone)))];
}

/** In another zone; unknown ones are refused as Go refuses them. */
export function inZone(time: Struct, zone: string): Struct {
  const ms = Number((time.nanoseconds ?? 0n) / MS);
  if (zoneAt(zone, ms) === undefined) throw new CallError(`unknown time zone ${zone}`);
  return timeValue(ms, zone);
}

export function durationValue(ns: bigint): Struct {
  const seconds = Number(ns) / 1e9;
  const methods = new Map<string, FunctionSpec>([
    ['Seconds', none(() => seconds)],
    ['Minutes', none(() => seconds / 60)],
    ['Hours', none(() => seconds / 3600)],
    ['Milliseconds', none(() => ns / MS)],
    ['Nanoseconds', none(() => ns)],
    ['String', none(() => durationText(ns))],
    ['Abs', none(() => durationValue(ns < 0n ? -ns : ns))],
    ['Truncate', rounding((unit) => ns - (ns % unit))],
    ['Round', rounding((unit) => round(ns, unit))],
  ]);
  return new Struct('time.Duration', new Map(), {
    methods,
    text: durationText(ns),
    nanoseconds: ns,
  });

  function rounding(call: (unit: bigint) => bigint): FunctionSpec {
    return {
      params: ['any'],
      call: ([unit]) => {
        const size = nanosecondsOf(unit);
        return durationValue(size <= 0n ? ns : call(size));
      },
    };
  }
}

function round(ns: bigint, unit: bigint): bigint {
  const rest = ns % unit;
  const size = rest < 0n ? -rest : rest;
  const down = ns - rest;
  return size * 2n < unit ? down : down + (ns < 0n ? -unit : unit);
}

function nanosecondsOf(value: Value): bigint {
  if (typeof value === 'bigint') return value;
  if (value instanceof Struct && value.nanoseconds !== undefined) return value.nanoseconds;
  throw new CallError('wrong type for value; expected time.Duration');
}

/** `1h2m3.5s`, `12ms`, `0s`. */
export function durationText(ns: bigint): string {
  if (ns === 0n) return '0s';
  const sign = ns < 0n ? '-' : '';
  const size = ns < 0n ? -ns : ns;
  if (size < 1000n) return `${sign}${size.toString()}ns`;
  if (size < MS) return `${sign}${decimal(size, 1000n)}µs`;
  if (size < 1_000_000_000n) return `${sign}${decimal(size, MS)}ms`;
  const minutes = size / 60_000_000_000n;
  const seconds = decimal(size % 60_000_000_000n, 1_000_000_000n);
  if (minutes === 0n) return `${sign}${seconds}s`;
  const hours = minutes / 60n;
  const start = hours === 0n ? '' : `${hours.toString()}h`;
  return `${sign}${start}${(minutes % 60n).toString()}m${seconds}s`;
}

function decimal(value: bigint, unit: bigint): string {
  const places = unit.toString().length - 1;
  const fraction = (value % unit).toString().padStart(places, '0').replace(/0+$/, '');
  return (value / unit).toString() + (fraction === '' ? '' : `.${fraction}`);
}

function none(call: () => Value): FunctionSpec {
  return { params: [], call };
}

function text1(call: (text: string) => Value): FunctionSpec {
  return { params: ['string'], call: ([text]) => call(textOf(text) ?? '') };
}

function time1(call: (otherMs: bigint) => Value): FunctionSpec {
  return {
    params: ['time'],
    call: ([other]) => call(other instanceof Struct ? (other.nanoseconds ?? 0n) / MS : 0n),
  };
}
