/** Warnings and infos that an evaluation gathers; texts as Prometheus writes them, with a position. */
import type { Span } from './ast.ts';

export class Annotations {
  private readonly warned = new Set<string>();
  private readonly informed = new Set<string>();
  private readonly place: (span: Span) => string;

  /** `place` turns a span into Prometheus' `(line:column)`. */
  constructor(place: (span: Span) => string) {
    this.place = place;
  }

  warn(text: string, span: Span): void {
    this.warned.add(`PromQL warning: ${text} (${this.place(span)})`);
  }

  info(text: string, span: Span): void {
    this.informed.add(`PromQL info: ${text} (${this.place(span)})`);
  }

  get warnings(): readonly string[] {
    return [...this.warned].sort();
  }

  get infos(): readonly string[] {
    return [...this.informed].sort();
  }
}
