/** The scalar arguments of a call, at each step. */
import type { Expr } from '../../ast.ts';
import { typeOf } from '../../parse/type-of.ts';
import { bare } from '../bare.ts';
import type { Evaluator } from '../evaluator.ts';
import type { Steps } from '../steps.ts';

export class ScalarArgs {
  private readonly columns: readonly Float64Array[];
  private readonly row: number[];

  private constructor(columns: readonly Float64Array[]) {
    this.columns = columns;
    this.row = columns.map(() => 0);
  }

  /** Those of `args` that are scalars, in order. */
  static async of(ev: Evaluator, args: readonly Expr[], steps: Steps): Promise<ScalarArgs> {
    const columns: Float64Array[] = [];
    for (const arg of args) {
      if (typeOf(arg) === 'scalar') columns.push(await ev.scalar(bare(arg), steps));
    }
    return new ScalarArgs(columns);
  }

  /** The same array each time. */
  at(step: number): readonly number[] {
    const { columns, row } = this;
    for (let i = 0; i < columns.length; i++) {
      row[i] = (columns[i] as Float64Array)[step] as number;
    }
    return row;
  }
}
