/** Follows redirects, so many at most. What a server says about where to go is only believed so far. */
import type { Ending, HttpAnswer, HttpProbe, Probed, Prober } from '../../ports/probing.ts';

export interface Journey {
  readonly answer: Probed<HttpAnswer>;
  readonly redirects: number;
  /** Of all requests together. */
  readonly seconds: number;
}

const MOVED = new Set([301, 302, 303, 307, 308]);
/** Not sent to another origin than the one they were written for. */
const OWN = new Set(['authorization', 'cookie', 'proxy-authorization']);

export async function follow(
  prober: Prober,
  first: HttpProbe,
  most: number,
  ending: Ending,
): Promise<Journey> {
  let probe = first;
  let seconds = 0;
  for (let redirects = 0; ; redirects += 1) {
    const answer = await prober.http(probe, ending);
    if (!answer.ok) return { answer, redirects, seconds };
    seconds += answer.seconds;
    const target = MOVED.has(answer.status) ? answer.headers['location'] : undefined;
    if (target === undefined || redirects >= most) return { answer, redirects, seconds };
    const next = nextProbe(probe, target, answer.status);
    if (typeof next === 'string') {
      return { answer: { ok: false, why: next, late: false }, redirects, seconds };
    }
    probe = next;
  }
}

function nextProbe(probe: HttpProbe, location: string, status: number): HttpProbe | string {
  const from = new URL(probe.url);
  if (!URL.canParse(location, from.href)) return 'it redirects to something that is no URL';
  const to = new URL(location, from);
  if (to.protocol !== 'http:' && to.protocol !== 'https:') {
    return `it redirects to ${to.protocol.slice(0, 20)}, which is not followed`;
  }
  to.username = '';
  to.password = '';
  const isAnswered = status === 303 || (status < 303 && probe.method === 'POST');
  const { body, ...rest } = probe;
  return {
    ...rest,
    url: to.href,
    headers: from.origin === to.origin ? probe.headers : withoutOwn(probe.headers),
    ...(isAnswered && probe.method !== 'HEAD' ? { method: 'GET' } : {}),
    ...(isAnswered || body === undefined ? {} : { body }),
  };
}

function withoutOwn(headers: HttpProbe['headers']): HttpProbe['headers'] {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !OWN.has(name.toLowerCase())),
  );
}
