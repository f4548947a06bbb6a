/**
 * What the agent fetched of both repositories, as root reads it: bytes of a stranger. Who wrote them
 * does not matter, since every one of them is verified here once more.
 */
import { Buffer } from 'node:buffer';
import type { Arrival, Wanted } from '../../core/trust/trusted.ts';
import { openBelow } from './open-below.ts';

/** Metadata names lengths of other metadata; none of them is longer than this in any repository. */
const MOST_BYTES = 4 * 1024 * 1024;

export interface Brought {
  bring(wanted: Wanted): Promise<Arrival>;
  /** What was no file where one should be: nobody who is honest makes such a thing. */
  readonly odd: readonly string[];
}

export function metadataOf(data: string): Brought {
  const odd: string[] = [];
  return {
    odd,
    async bring({ repository, file, maxBytes }) {
      const names = ['updates', 'metadata', repository, encodeURIComponent(file)];
      const opened = await openBelow(data, names);
      if (opened.kind === 'missing') return { kind: 'absent' };
      if (opened.kind === 'odd') {
        odd.push(`${names.join('/')}: ${opened.why}`);
        return { kind: 'unanswered' };
      }
      try {
        const most = Math.min(maxBytes, MOST_BYTES);
        if (opened.size > most) return { kind: 'too-long' };
        // By its size at this moment, and never more: it may grow while it is read.
        const bytes = Buffer.alloc(opened.size);
        const { bytesRead } = await opened.file.read(bytes, 0, bytes.length, 0);
        return { kind: 'bytes', bytes: bytes.subarray(0, bytesRead) };
      } finally {
        await opened.file.close();
      }
    },
  };
}
