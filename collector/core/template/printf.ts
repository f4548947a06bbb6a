/** Go's fmt: how values print by default, and what the verbs of `printf` make of them. */
import { type FloatVerb, formatFloat } from './float.ts';
import { quote } from './quoted.ts';
import { Dict, FunctionValue, List, SafeText, Struct, typeName, type Value } from './values.ts';

export interface Directive {
  readonly verb: string;
  readonly flags: ReadonlySet<string>;
  readonly width: number | undefined;
  readonly precision: number | undefined;
}

const MAX_WIDTH = 1000;
const DIRECTIVE = /%([-+# 0]*)(\*|[0-9]+)?(?:\.(\*|[0-9]*))?(.)?/gsu;
const PLAIN: Directive = { verb: 'v', flags: new Set(), width: undefined, precision: undefined };

/** `%v`. */
export function printed(value: Value): string {
  return formatted(value, PLAIN);
}

/** `fmt.Sprint`: a space between two neighbours of which neither is a string. */
export function sprint(args: readonly Value[]): string {
  return args
    .map((arg, index) => {
      const apart = index > 0 && typeof arg !== 'string' && typeof args[index - 1] !== 'string';
      return (apart ? ' ' : '') + printed(arg);
    })
    .join('');
}

export function sprintf(format: string, args: readonly Value[]): string {
  let next = 0;
  const takeInt = (written: string | undefined): number | undefined => {
    if (written !== '*')
      return written === undefined ? undefined : Math.min(Number(written), MAX_WIDTH);
    const given = args[next++];
    return typeof given === 'bigint' ? Math.min(Number(given), MAX_WIDTH) : undefined;
  };
  const text = format.replace(
    DIRECTIVE,
    (_all, flags: string, width?: string, precision?: string, verb?: string) => {
      const directive = {
        verb: verb ?? '',
        flags: new Set(flags),
        width: takeInt(width),
        precision: takeInt(precision),
      };
      if (verb === undefined) return '%!(NOVERB)';
      if (verb === '%') return '%';
      if (next >= args.length) return `%!${verb}(MISSING)`;
      return formatted(args[next++], directive);
    },
  );
  const extra = args
    .slice(next)
    .map((arg) =>
      arg === undefined || arg === null ? '<nil>' : `${typeName(arg)}=${printed(arg)}`,
    );
  return extra.length === 0 ? text : `${text}%!(EXTRA ${extra.join(', ')})`;
}

function formatted(value: Value, directive: Directive): string {
  const { verb } = directive;
  if (verb === 'T') return padded(typeName(value), directive);
  if (value === undefined || value === null) {
    return verb === 'v' ? padded('<nil>', directive) : `%!${verb}(<nil>)`;
  }
  if (value instanceof List) return list(value, directive);
  if (value instanceof Dict) return dict(value, directive);
  if (value instanceof Struct) return struct(value, directive);
  const text = scalar(value, directive);
  return text ?? `%!${verb}(${typeName(value)}=${printed(value)})`;
}

function list({ items, type }: List, directive: Directive): string {
  if (directive.verb === 'v' && directive.flags.has('#')) {
    return `${type}{${items.map((item) => formatted(item, directive)).join(', ')}}`;
  }
  return `[${items.map((item) => formatted(item, directive)).join(' ')}]`;
}

function dict(value: Dict, directive: Directive): string {
  const pairs = value.sortedKeys.map(
    (key) => `${formatted(key, directive)}:${formatted(value.entries.get(key), directive)}`,
  );
  if (directive.verb === 'v' && directive.flags.has('#'))
    return `${value.type}{${pairs.join(', ')}}`;
  return `map[${pairs.join(' ')}]`;
}

function struct(value: Struct, directive: Directive): string {
  if (value.text !== undefined) {
    if ('vs'.includes(directive.verb)) return padded(value.text, directive);
    if (directive.verb === 'q') return padded(quote(value.text), directive);
    if (value.nanoseconds !== undefined) return formatted(value.nanoseconds, directive);
  }
  const named = directive.verb === 'v' && directive.flags.has('+');
  const fields = [...value.fields].map(
    ([name, field]) => (named ? `${name}:` : '') + formatted(field, directive),
  );
  return `{${fields.join(' ')}}`;
}

type Scalar = string | boolean | bigint | number | SafeText | FunctionValue;

function scalar(value: Scalar, directive: Directive): string | undefined {
  if (value instanceof FunctionValue) return directive.verb === 'v' ? value.name : undefined;
  if (value instanceof SafeText) return stringOf(value.text, directive);
  switch (typeof value) {
    case 'string':
      return stringOf(value, directive);
    case 'boolean':
      return 'vt'.includes(directive.verb) ? padded(String(value), directive) : undefined;
    case 'bigint':
      return integer(value, directive);
    default:
      return float(value, directive);
  }
}

function stringOf(text: string, directive: Directive): string | undefined {
  const { verb, precision, flags } = directive;
  const cut = precision === undefined ? text : Array.from(text).slice(0, precision).join('');
  switch (verb) {
    case 'v':
      return padded(flags.has('#') ? quote(cut) : cut, directive);
    case 's':
      return padded(cut, directive);
    case 'q':
      return padded(quotedWith(cut, flags), directive);
    case 'x':
    case 'X': {
      const hex = Buffer.from(cut).toString('hex');
      return padded(verb === 'x' ? hex : hex.toUpperCase(), directive);
    }
    default:
      return undefined;
  }
}

function quotedWith(text: string, flags: ReadonlySet<string>): string {
  return flags.has('#') && !text.includes('`') ? `\`${text}\`` : quote(text, '"', flags.has('+'));
}

const BASES: Readonly<Record<string, readonly [base: number, prefix: string]>> = {
  v: [10, ''],
  d: [10, ''],
  b: [2, '0b'],
  o: [8, '0'],
  O: [8, ''],
  x: [16, '0x'],
  X: [16, '0X'],
};

function integer(value: bigint, directive: Directive): string | undefined {
  const { verb, flags, precision } = directive;
  if (verb === 'c') return padded(character(value), directive);
  if (verb === 'q') return padded(quote(character(value), "'"), directive);
  if (verb === 'U')
    return padded(`U+${value.toString(16).toUpperCase().padStart(4, '0')}`, directive);
  const base = Object.hasOwn(BASES, verb) ? BASES[verb] : undefined;
  if (base === undefined) return undefined;
  const size = (value < 0n ? -value : value).toString(base[0]).padStart(precision ?? 1, '0');
  const digits = verb === 'X' ? size.toUpperCase() : size;
  const prefix = verb === 'O' ? '0o' : flags.has('#') ? base[1] : '';
  return padNumber(value < 0n ? '-' : '', prefix + digits, directive, precision === undefined);
}

function character(value: bigint): string {
  return value >= 0n && value <= 0x10ffffn ? String.fromCodePoint(Number(value)) : '\ufffd';
}

function float(value: number, directive: Directive): string | undefined {
  const { verb, precision } = directive;
  if (!'vgGeEfF'.includes(verb)) return undefined;
  const kind = (verb === 'v' ? 'g' : verb) as FloatVerb;
  const places = precision ?? (verb === 'v' || verb === 'g' || verb === 'G' ? undefined : 6);
  const text = formatFloat(value, kind, places);
  const sign = /^[-+]/.exec(text)?.[0] ?? '';
  // "+Inf" keeps its sign whatever the flags.
  if (!Number.isFinite(value)) return padded(text, { ...directive, flags: without0(directive) });
  return padNumber(sign === '+' ? '' : sign, text.slice(sign.length), directive, true);
}

function without0({ flags }: Directive): ReadonlySet<string> {
  return new Set([...flags].filter((flag) => flag !== '0'));
}

function padNumber(minus: string, digits: string, directive: Directive, zeros: boolean): string {
  const { flags, width } = directive;
  const sign = minus !== '' ? minus : flags.has('+') ? '+' : flags.has(' ') ? ' ' : '';
  if (zeros && flags.has('0') && !flags.has('-') && width !== undefined) {
    return sign + digits.padStart(width - sign.length, '0');
  }
  return padded(sign + digits, { ...directive, flags: without0(directive) });
}

function padded(text: string, { width, flags }: Directive): string {
  if (width === undefined) return text;
  const missing = Math.abs(width) - Array.from(text).length;
  if (missing <= 0) return text;
  if (flags.has('-') || width < 0) return text + ' '.repeat(missing);
  return (flags.has('0') ? '0' : ' ').repeat(missing) + text;
}
