/**
 * Whether a soak was flat. The first half is the warm-up; through the second a line is fitted by
 * least squares, and what it rises by in an hour is held against a bound.
 */

/** One line of the drawing; of a window of seconds the least heap, since garbage is no growth. */
export interface SoakRow {
  readonly minute: number;
  readonly pointsPerSecond: number;
  readonly p99Ms: number;
  readonly rssMb: number;
  readonly anonymousMb: number;
  readonly heapMb: number;
  readonly externalMb: number;
  readonly descriptors: number;
  readonly tables: number;
  /** The data folder but for the journal. */
  readonly storeMb: number;
  readonly journalMb: number;
  /** Acknowledged since the begin. */
  readonly points: number;
}

export interface AgentRow {
  readonly minute: number;
  readonly rssMb: number;
  readonly anonymousMb: number;
  readonly heapMb: number;
  readonly descriptors: number;
  readonly bufferMb: number;
}

export interface Finding {
  readonly flat: boolean;
  readonly text: string;
}

/** Of the mean of the second half, an hour. */
const MEMORY_SHARE = 0.1;
/** Open files an hour, tables apart: one leaked each quarter of an hour. */
const DESCRIPTORS = 4;
/** The journal and the agent's buffer go up and down: their highs are compared. */
const HIGH_RATIO = 1.25;
/** LevelDB's log of a folder grows so far before it is cut: in MB, of highs that are below it. */
const LEVEL_LOG_MB = 4;
const STORE_RATIO = 1.25;
/** Below this nothing can be said. */
const LEAST_ROWS = 8;

export function judgeCollector(rows: readonly SoakRow[]): Finding[] {
  if (rows.length < LEAST_ROWS) return [tooFew(rows.length)];
  return [
    memory('collector: heap (least of each window)', rows, ({ heapMb }) => heapMb),
    memory('collector: anonymous memory', rows, ({ anonymousMb }) => anonymousMb),
    descriptors('collector', rows),
    highs('collector: journal', rows, ({ journalMb }) => journalMb),
    store(rows),
  ];
}

export function judgeAgent(rows: readonly AgentRow[]): Finding[] {
  if (rows.length < LEAST_ROWS) return [tooFew(rows.length)];
  return [
    memory('agent: heap (least of each window)', rows, ({ heapMb }) => heapMb),
    memory('agent: anonymous memory', rows, ({ anonymousMb }) => anonymousMb),
    descriptors('agent', rows),
    highs('agent: buffer', rows, ({ bufferMb }) => bufferMb),
  ];
}

function tooFew(count: number): Finding {
  return { flat: false, text: `${count} samples are too few to tell: ${LEAST_ROWS} are needed` };
}

function memory<Row extends { minute: number }>(
  name: string,
  rows: readonly Row[],
  of: (row: Row) => number,
): Finding {
  const half = secondHalf(rows);
  const mean = half.reduce((sum, row) => sum + of(row), 0) / half.length;
  const { slope, error } = leastSquares(half.map((row) => [row.minute / 60, of(row)]));
  const bound = mean * MEMORY_SHARE;
  const text = `${name} ${signed(slope)} ± ${(2 * error).toFixed(1)} MB an hour at ${mean.toFixed(1)} MB (bound ${bound.toFixed(1)})`;
  return { flat: slope <= bound, text };
}

function descriptors(
  name: string,
  rows: readonly { readonly minute: number; readonly descriptors: number }[],
): Finding {
  const { slope, error } = leastSquares(
    secondHalf(rows).map((row) => [row.minute / 60, row.descriptors] as const),
  );
  const text = `${name}: open files ${signed(slope)} ± ${(2 * error).toFixed(1)} an hour (bound ${DESCRIPTORS})`;
  return { flat: slope <= DESCRIPTORS, text };
}

function highs<Row>(name: string, rows: readonly Row[], of: (row: Row) => number): Finding {
  const [early, late] = [firstHalf(rows), secondHalf(rows)].map((half) =>
    Math.max(...half.map(of)),
  ) as [number, number];
  const bound = Math.max(early * HIGH_RATIO, LEVEL_LOG_MB);
  const text = `${name} at most ${early.toFixed(1)} MB in the first half, ${late.toFixed(1)} in the second (bound ${bound.toFixed(1)})`;
  return { flat: late <= bound, text };
}

/** The store may grow by what is stored, and by no more a point than at first. */
function store(rows: readonly SoakRow[]): Finding {
  const [early, late] = [firstHalf(rows), secondHalf(rows)].map((half) => {
    const { slope } = leastSquares(half.map(({ points, storeMb }) => [points, storeMb * 2 ** 20]));
    return slope;
  }) as [number, number];
  const text = `collector: store ${early.toFixed(2)} bytes a point in the first half, ${late.toFixed(2)} in the second (bound ${STORE_RATIO} times)`;
  return { flat: late <= early * STORE_RATIO, text };
}

function firstHalf<Row>(rows: readonly Row[]): readonly Row[] {
  return rows.slice(0, Math.floor(rows.length / 2));
}

function secondHalf<Row>(rows: readonly Row[]): readonly Row[] {
  return rows.slice(Math.floor(rows.length / 2));
}

/** Least squares: the slope and its standard error. */
export function leastSquares(points: readonly (readonly [x: number, y: number])[]): {
  slope: number;
  error: number;
} {
  const n = points.length;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / n;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / n;
  const xx = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  const slope = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / xx;
  const rest = points.reduce((sum, [x, y]) => sum + (y - meanY - slope * (x - meanX)) ** 2, 0);
  return { slope, error: Math.sqrt(rest / (n - 2) / xx) };
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(1)}`;
}
