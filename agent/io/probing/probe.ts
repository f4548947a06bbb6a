/**
 * One probe: what it opens is closed when it ends, however that comes about, and at once when its
 * time is over. What failed becomes an answer.
 */
import type { CertificateSeen, Ending, Failed, Probed } from '../../ports/probing.ts';

/** Remembers how something is closed, before it is opened. Throws when it is too late for that. */
export type Keep = (close: () => void) => void;

/** A failure after the server had shown its certificates. */
export class CertificateError extends Error {
  readonly certificates: readonly CertificateSeen[];

  constructor(message: string, certificates: readonly CertificateSeen[]) {
    super(message);
    this.name = 'CertificateError';
    this.certificates = certificates;
  }
}

const LATE = 'no answer in time';

export function probed<T extends object>(
  ending: Ending,
  work: (keep: Keep) => Promise<T>,
): Promise<Probed<T>> {
  const closers: (() => void)[] = [];
  let over = false;
  const keep: Keep = (close) => {
    if (!over) return void closers.push(close);
    close();
    // The work ends here: to connect a destroyed socket would bring it back to life.
    throw new Error(LATE);
  };
  return new Promise((resolve) => {
    let forget = () => {};
    const end = (answer: Probed<T>) => {
      if (over) return;
      over = true;
      forget();
      resolve(answer);
      for (const close of closers) close();
    };
    const stop = () => end({ ok: false, why: LATE, late: true });
    if (ending.isOver) return stop();
    forget = ending.whenOver(stop);
    work(keep).then(
      (answer) => end({ ok: true, ...answer }),
      (error: unknown) => end(failure(error)),
    );
  });
}

function failure(error: unknown): Failed {
  const seen = error instanceof CertificateError ? { certificates: error.certificates } : {};
  return { ok: false, why: reasonOf(error), late: false, ...seen };
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was reset',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to its network',
  ETIMEDOUT: 'the connection timed out',
  ENOTFOUND: 'its name is not known',
  ENODATA: 'the name has no record of this type',
  EAI_AGAIN: 'its name could not be looked up',
  ESERVFAIL: 'the name server failed',
  EREFUSED: 'the name server refused the question',
  ETIMEOUT: 'the name server did not answer',
  ENOENT: 'the socket is not there',
  EACCES: 'permission denied',
};

/** In words; a name with several addresses fails with an empty message and a code. */
function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const known = code === undefined ? undefined : REASONS[code];
  return known ?? (message || (code ?? 'unknown error'));
}
