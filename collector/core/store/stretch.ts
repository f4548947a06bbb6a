/** How many series are worked on at once: as many as have about so many samples. */

/** 16 MB in the form in which they are read. */
const SAMPLES_AT_ONCE = 1_000_000;

/** After a stretch of so many series with so many samples; at most `most`. */
export function nextStretch(series: number, samples: number, most: number): number {
  const fitting = Math.floor((series * SAMPLES_AT_ONCE) / Math.max(1, samples));
  return Math.max(1, Math.min(most, fitting));
}
