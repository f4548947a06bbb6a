/** What a function sees of its call; one object serves all series and steps. */
import type { Annotations } from '../../annotations.ts';
import type { Call, Span } from '../../ast.ts';
import type { FunctionContext } from '../../functions/function.ts';

export class CallContext implements FunctionContext {
  readonly notes: Annotations;
  readonly call: Call;
  metricName = '';
  time = 0;

  constructor(notes: Annotations, call: Call) {
    this.notes = notes;
    this.call = call;
  }

  argSpan(index: number): Span {
    return this.call.args[index]?.span ?? this.call.span;
  }
}
