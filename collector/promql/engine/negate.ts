/** Unary minus. */
import { type Column, HISTOGRAM, putHistogram } from './column.ts';

export function negate(column: Column): Column {
  const { values, kinds, histograms } = column;
  column.dropName = true;
  for (let i = 0; i < values.length; i++) values[i] = -(values[i] as number);
  if (histograms === undefined) return column;
  for (let i = 0; i < kinds.length; i++) {
    const histogram = histograms[i];
    if (kinds[i] === HISTOGRAM && histogram !== undefined)
      putHistogram(column, i, histogram.mul(-1));
  }
  return column;
}
