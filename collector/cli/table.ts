/** Columns that stand under each other, and no line longer for blanks at its end. */
import { withoutControls } from '../core/text.ts';

export interface Column<T> {
  readonly title: string;
  readonly right?: boolean;
  text(row: T): string;
}

export function table<T>(columns: readonly Column<T>[], rows: readonly T[]): string {
  const lines = [
    columns.map(({ title }) => title.toUpperCase()),
    // What a device says of itself must not move the cursor of a terminal.
    ...rows.map((row) => columns.map((c) => withoutControls(c.text(row), '?'))),
  ];
  const widths = columns.map((_, index) =>
    Math.max(...lines.map((line) => width(line[index] ?? ''))),
  );
  return lines.map((line) => `${joined(line, widths, columns)}\n`).join('');
}

/** Names and values, for one thing. */
export function pairs(entries: readonly (readonly [string, string])[]): string {
  const longest = Math.max(0, ...entries.map(([name]) => name.length));
  return entries
    .map(([name, value]) => `${`${name}:`.padEnd(longest + 2)}${withoutControls(value, '?')}\n`)
    .join('');
}

function joined(
  line: readonly string[],
  widths: readonly number[],
  columns: readonly { right?: boolean }[],
): string {
  const cells = line.map((cell, index) => {
    const blanks = ' '.repeat((widths[index] ?? 0) - width(cell));
    return columns[index]?.right === true ? blanks + cell : cell + blanks;
  });
  return cells.join('  ').trimEnd();
}

function width(text: string): number {
  return Array.from(text).length;
}
