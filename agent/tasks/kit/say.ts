/** Figures and names for people. */
import type { TaskOutcome } from '../task.ts';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
/** As many as a report carries, and one more to show that there were more. */
const MOST_CHANGES = 257;

export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

export function counted(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** A name may hold anything; a line must stay one. */
export function shown(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return /[\u0000-\u001f\u007f-\u009f"\\]/.test(name) ? JSON.stringify(name) : name;
}

export function failed(text: string, permanent = false): TaskOutcome {
  return { ok: false, text, changes: [], figures: {}, ...(permanent ? { permanent } : {}) };
}

/** The first lines, so that a hundred thousand files do not fill the memory. */
export class Changes {
  readonly lines: string[] = [];

  add(line: string): void {
    if (this.lines.length < MOST_CHANGES) this.lines.push(line);
  }
}
