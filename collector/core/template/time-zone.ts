/** Offsets of time zones by name, from the ICU data of the runtime. */

export interface Zone {
  readonly offsetMinutes: number;
  /** `CET`; where there is none, the offset as Go shows it: `+03`. */
  readonly abbreviation: string;
}

const FORMATS = new Map<string, Intl.DateTimeFormat | undefined>();

export function zoneAt(name: string, ms: number): Zone | undefined {
  if (name === '' || name === 'UTC') return { offsetMinutes: 0, abbreviation: 'UTC' };
  const format = formatOf(name);
  if (format === undefined) return undefined;
  const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, value]));
  const number = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type) ?? 0);
  const local = Date.UTC(
    number('year'),
    number('month') - 1,
    number('day'),
    number('hour') % 24,
    number('minute'),
    number('second'),
  );
  const offsetMinutes = Math.round((local - Math.floor(ms / 1000) * 1000) / 60_000);
  const short = parts.get('timeZoneName') ?? '';
  return {
    offsetMinutes,
    abbreviation: /^[A-Z]{3,5}$/.test(short) ? short : offsetText(offsetMinutes),
  };
}

function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  const hours = String(Math.floor(size / 60)).padStart(2, '0');
  const rest = size % 60 === 0 ? '' : String(size % 60).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${hours}${rest}`;
}

function formatOf(name: string): Intl.DateTimeFormat | undefined {
  if (!FORMATS.has(name)) {
    // Names come from configuration; a bound all the same.
    if (FORMATS.size > 1000) FORMATS.clear();
    FORMATS.set(name, createFormat(name));
  }
  return FORMATS.get(name);
}

function createFormat(timeZone: string): Intl.DateTimeFormat | undefined {
  // British English knows the abbreviations of Europe, American English those of America.
  const locale = timeZone.startsWith('America/') || timeZone.startsWith('US/') ? 'en-US' : 'en-GB';
  try {
    return new Intl.DateTimeFormat(locale, {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      timeZoneName: 'short',
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
