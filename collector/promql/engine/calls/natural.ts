/** Natural order of texts: runs of digits compare as numbers, `node2` before `node10`. */
import { compareText } from '../../../core/text.ts';

const PARTS = /\d+|\D+/g;

export function compareNatural(a: string, b: string): number {
  if (a === b) return 0;
  const [left, right] = [a.match(PARTS) ?? [], b.match(PARTS) ?? []];
  const shared = Math.min(left.length, right.length);
  for (let i = 0; i < shared; i++) {
    const order = comparePart(left[i] as string, right[i] as string);
    if (order !== 0) return order;
  }
  return left.length - right.length || compareText(a, b);
}

function comparePart(a: string, b: string): number {
  if (!isDigits(a) || !isDigits(b)) return compareText(a, b);
  const [left, right] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return left.length - right.length || compareText(left, right);
}

const isDigits = (text: string): boolean => /^\d/.test(text);
