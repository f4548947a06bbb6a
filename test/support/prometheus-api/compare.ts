/** Answers of two servers as one compares them: order where none is promised, numbers by their value. */

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** Last digits of sums differ by the order of adding. */
const DIGITS = 10;

/** Warnings and infos are of Prometheus 3; `invalid parameter` in front of more errors, too. */
export function comparable({ status, body }: Answer, ordered: boolean): unknown {
  const { data, error, warnings: _w, infos: _i, ...rest } = body;
  const text =
    typeof error === 'string' ? { error: error.replace(/^invalid parameter "\S+": /, '') } : {};
  return {
    status,
    ...rest,
    ...text,
    ...(data === undefined ? {} : { data: plain(data, ordered) }),
  };
}

function plain(data: unknown, ordered: boolean): unknown {
  if (!isQueryData(data)) return data;
  const { resultType, result } = data;
  if (resultType !== 'vector' && resultType !== 'matrix')
    return { resultType, result: rounded(result) };
  const series = (result as Record<string, unknown>[]).map((one) =>
    JSON.stringify(rounded(sortedKeys(one))),
  );
  return { resultType, result: ordered ? series : series.sort() };
}

function isQueryData(data: unknown): data is { resultType: string; result: unknown } {
  return typeof data === 'object' && data !== null && 'resultType' in data;
}

function sortedKeys(one: Record<string, unknown>): unknown {
  const metric = Object.entries(one['metric'] as object).sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...one, metric };
}

/** `[time, "text"]` wherever it stands. */
function rounded(value: unknown): unknown {
  if (!Array.isArray(value)) {
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, child]) => [key, key === 'metric' ? child : rounded(child)]),
    );
  }
  const [time, text] = value as unknown[];
  if (value.length === 2 && typeof time === 'number' && typeof text === 'string') {
    const number = Number(text);
    return [time, Number.isFinite(number) ? Number(number.toPrecision(DIGITS)) : text];
  }
  return value.map(rounded);
}
