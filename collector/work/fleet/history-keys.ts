/**
 * Keys of a history. Entries stand by time, in hours, so that a page of the newest reads only as
 * many hours as it needs, and what is too old stands in front; by each device stands where.
 */

const HOUR_MS = 3_600_000;
const HOUR_DIGITS = 7;
const MS_DIGITS = 14;

/** One entry's place in time; texts of it are in order of time. */
export interface Place {
  readonly at: number;
  readonly device: string;
  readonly id: string;
}

export class HistoryKeys {
  private readonly prefix: string;

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  entry(place: Place): string {
    return this.hour(hourOf(place.at)) + writePlace(place);
  }

  /** What begins every entry of an hour. */
  hour(hour: number): string {
    return `${this.entries()}${digits(hour, HOUR_DIGITS)}/`;
  }

  entries(): string {
    return `${this.prefix}/time/`;
  }

  /** The place in an entry's key. */
  placeOf(key: string): Place | undefined {
    return readPlace(key.slice(this.entries().length + HOUR_DIGITS + 1));
  }

  /** Says that an hour has entries. */
  mark(hour: number): string {
    return this.marks() + digits(hour, HOUR_DIGITS);
  }

  marks(): string {
    return `${this.prefix}/hour/`;
  }

  hourOfMark(key: string): number {
    return Number(key.slice(this.marks().length));
  }

  pointer(device: string, id: string): string {
    return this.pointers(device) + id;
  }

  pointers(device: string): string {
    return `${this.prefix}/device/${device}/`;
  }
}

export function hourOf(at: number): number {
  return Math.floor(at / HOUR_MS);
}

export function writePlace({ at, device, id }: Place): string {
  return `${digits(at, MS_DIGITS)}/${device}/${id}`;
}

export function readPlace(text: string): Place | undefined {
  const [at = '', device, id] = text.split('/');
  if (!/^\d{14}$/.test(at) || device === undefined || id === undefined) return undefined;
  return { at: Number(at), device, id };
}

function digits(value: number, count: number): string {
  return String(value).padStart(count, '0');
}
