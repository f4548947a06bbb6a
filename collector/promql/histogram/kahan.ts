/**
 * Sums that keep what rounding takes away (Kahan, as Neumaier improved it). Hot loops over floats
 * write it out; this is for the rest.
 */

/** What `sum + value` loses, given that it came to `total`. */
export function lostBy(sum: number, value: number, total: number): number {
  return Math.abs(sum) >= Math.abs(value) ? sum - total + value : value - total + sum;
}

export class KahanSum {
  private total = 0;
  private lost = 0;

  add(value: number): void {
    const total = this.total + value;
    this.lost = isInfinite(total) ? 0 : this.lost + lostBy(this.total, value, total);
    this.total = total;
  }

  get value(): number {
    return this.total + this.lost;
  }
}

export const isInfinite = (value: number): boolean => value === Infinity || value === -Infinity;
