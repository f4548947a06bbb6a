/** Functions of one number: absolute value, rounding, powers, angles. Native histograms have none. */
import type { Sample, SampleFunction } from './function.ts';

const ofFloat = (of: (value: number, scalars: readonly number[]) => number): SampleFunction => ({
  kind: 'sample',
  vectorArg: 0,
  apply: (sample: Sample, scalars) =>
    typeof sample === 'number' ? of(sample, scalars) : undefined,
});

/** Ties go up. By the inverse, since 0.1 is no double but 10 is. */
function round(value: number, [toNearest = 1]: readonly number[]): number {
  const inverse = 1 / toNearest;
  return Math.floor(value * inverse + 0.5) / inverse;
}

const sign = (value: number): number => (value < 0 ? -1 : value > 0 ? 1 : value);

export const MATHS: Readonly<Record<string, SampleFunction>> = {
  abs: ofFloat(Math.abs),
  ceil: ofFloat(Math.ceil),
  floor: ofFloat(Math.floor),
  round: ofFloat(round),
  sgn: ofFloat(sign),
  exp: ofFloat(Math.exp),
  sqrt: ofFloat(Math.sqrt),
  ln: ofFloat(Math.log),
  log2: ofFloat(Math.log2),
  log10: ofFloat(Math.log10),
  sin: ofFloat(Math.sin),
  cos: ofFloat(Math.cos),
  tan: ofFloat(Math.tan),
  asin: ofFloat(Math.asin),
  acos: ofFloat(Math.acos),
  atan: ofFloat(Math.atan),
  sinh: ofFloat(Math.sinh),
  cosh: ofFloat(Math.cosh),
  tanh: ofFloat(Math.tanh),
  asinh: ofFloat(Math.asinh),
  acosh: ofFloat(Math.acosh),
  atanh: ofFloat(Math.atanh),
  deg: ofFloat((value) => (value * 180) / Math.PI),
  rad: ofFloat((value) => (value * Math.PI) / 180),
};
