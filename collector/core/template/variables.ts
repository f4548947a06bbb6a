/** The variables of one template call, innermost last; `$` is what it was called with. */
import type { Value } from './values.ts';

export class Variables {
  private readonly stack: { readonly name: string; value: Value }[];

  constructor(dollar: Value) {
    this.stack = [{ name: '$', value: dollar }];
  }

  mark(): number {
    return this.stack.length;
  }

  restore(mark: number): void {
    this.stack.length = mark;
  }

  declare(name: string, value: Value): void {
    this.stack.push({ name, value });
  }

  set(name: string, value: Value): void {
    const found = this.stack.findLast((one) => one.name === name);
    if (found !== undefined) found.value = value;
  }

  get(name: string): Value {
    return this.stack.findLast((one) => one.name === name)?.value;
  }
}
