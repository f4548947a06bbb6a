/** A few ranges of instants, both ends belonging to them; the newest are last. */

export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Each stands for a time that was skipped or a clock that was set; older ones are forgotten. */
const MOST = 16;

export function holding(ranges: readonly Range[], at: number): Range | undefined {
  return ranges.find(({ from, to }) => from <= at && at <= to);
}

/** With one more, which swallows those that it touches. */
export function joined(ranges: readonly Range[], added: Range): readonly Range[] {
  const apart = ranges.filter(({ from, to }) => to < added.from || from > added.to);
  const touching = ranges.filter((range) => !apart.includes(range));
  const from = Math.min(added.from, ...touching.map((range) => range.from));
  const to = Math.max(added.to, ...touching.map((range) => range.to));
  return [...apart, { from, to }].slice(-MOST);
}
