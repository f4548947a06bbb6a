/** Waiting for the other end of a connection, but not for ever. */
import type { Clock, Connection } from '../ports.ts';

export interface Patience {
  readonly ms: number;
  /** What is waited for, as the reason when it does not come. */
  readonly what: string;
}

/** The answer; a broker that does not give it in time is as good as gone, and so is its connection. */
export async function inTime(
  clock: Clock,
  connection: Connection,
  { ms, what }: Patience,
  answer: Promise<void>,
): Promise<void> {
  let late: (error: Error) => void = () => undefined;
  const overdue = new Promise<never>((_, reject) => {
    late = reject;
  });
  const cancel = clock.after(ms, () => {
    late(new Error(`no ${what}`));
    connection.destroy(`no ${what}`);
  });
  await Promise.race([answer, overdue]).finally(cancel);
}
