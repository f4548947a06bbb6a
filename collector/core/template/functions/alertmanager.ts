/** The functions of Alertmanager's notification templates. */
import { CallError } from '../errors.ts';
import { toJson } from '../json.ts';
import { quote } from '../quoted.ts';
import type { Functions } from '../template.ts';
import { durationValue, inZone } from '../time.ts';
import { type FunctionSpec, List, SafeText, Struct, textOf, type Value } from '../values.ts';
import { humanizeDuration, numberOf } from './humanize.ts';
import { anything, matches, type Named, replaceAll, texts } from './text.ts';

/** `now` in UTC milliseconds: what `since` counts to. */
export function alertmanagerFunctions(now: number): Functions {
  const since: FunctionSpec = {
    params: ['time'],
    call: ([time]) => durationValue(BigInt(now) * 1_000_000n - nanoseconds(time)),
  };
  return new Map<string, FunctionSpec>([...PLAIN, ['since', since]]);
}

function nanoseconds(time: Value): bigint {
  return time instanceof Struct ? (time.nanoseconds ?? 0n) : 0n;
}

function formatted(layout: Value, time: Value): Value {
  const format = time instanceof Struct ? time.methods.get('Format') : undefined;
  return format?.call([layout]);
}

/** Words with a capital and the rest small, as `cases.Title` does it. */
function title(text: string): string {
  return text.replaceAll(/[\p{L}\p{M}\p{N}_]+(?:['’.:·](?=\p{L})[\p{L}\p{M}\p{N}_]+)*/gu, (word) =>
    word.replace(
      /^([^\p{L}]*)(\p{L}?)(.*)$/su,
      (_all, before: string, letter: string, rest: string) =>
        before + letter.toUpperCase() + rest.toLowerCase(),
    ),
  );
}

/** `url.QueryUnescape`. */
function queryUnescape(text: string): string {
  const bad = /%(?![0-9a-fA-F]{2}).{0,2}/.exec(text);
  if (bad !== null) throw new CallError(`invalid URL escape ${quote(bad[0])}`);
  const bytes = text.replaceAll('+', ' ').split(/(%[0-9a-fA-F]{2})/);
  return Buffer.concat(
    bytes.map((part) =>
      part.startsWith('%') ? Buffer.from(part.slice(1), 'hex') : Buffer.from(part),
    ),
  ).toString();
}

const PLAIN: readonly Named[] = [
  texts('toUpper', 1, (text) => text.toUpperCase()),
  texts('toLower', 1, (text) => text.toLowerCase()),
  texts('title', 1, title),
  texts('trimSpace', 1, (text) => text.trim()),
  [
    'join',
    {
      params: ['string', 'list'],
      call: ([separator, list]) =>
        list instanceof List
          ? list.items.map((item) => textOf(item) ?? '').join(textOf(separator) ?? '')
          : '',
    },
  ],
  texts('match', 2, matches),
  texts('safeHtml', 1, (text) => new SafeText('html', text)),
  texts('safeUrl', 1, (text) => new SafeText('url', text)),
  texts('urlUnescape', 1, queryUnescape),
  texts('reReplaceAll', 3, replaceAll),
  [
    'stringSlice',
    {
      params: ['string'],
      variadic: true,
      call: (items) => List.ofStrings(items.map((item) => textOf(item) ?? '')),
    },
  ],
  ['date', { params: ['string', 'time'], call: ([layout, time]) => formatted(layout, time) }],
  [
    'tz',
    {
      params: ['string', 'time'],
      call: ([zone, time]) => (time instanceof Struct ? inZone(time, textOf(zone) ?? '') : time),
    },
  ],
  anything('humanizeDuration', (value) => humanizeDuration(numberOf(value))),
  anything('toJson', toJson),
];
