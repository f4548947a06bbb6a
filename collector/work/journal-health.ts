/** Whether the journal takes what it is given: said once when it stops, and once when it goes on. */
import type { Log } from '../ports.ts';

export class JournalHealth {
  /** Why it refused the last message; `undefined` while it works. */
  refusal: string | undefined;
  private readonly log: Log;

  constructor(log: Log) {
    this.log = log;
  }

  worked(): void {
    if (this.refusal === undefined) return;
    this.refusal = undefined;
    this.log.info('journal takes messages again');
  }

  refused(error: unknown): void {
    const reason = String(error);
    if (this.refusal === undefined)
      this.log.error('journal refuses messages; devices keep theirs', { error: reason });
    this.refusal = reason;
  }
}
