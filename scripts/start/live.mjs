// Waits for the collector and for the first value that this run has brought.
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 250;

/**
 * @typedef {{ instance: string, value: string }} Live
 * @typedef {{ metric: Record<string, string>, value?: [number, string],
 *   values?: [number, string][] }} Series
 */

/** @param {string} url */
async function get(url) {
  try {
    return await fetch(url, { signal: AbortSignal.timeout(2000) });
  } catch {
    return undefined; // Not there yet: asked again.
  }
}

/**
 * @template T @param {() => Promise<T | undefined>} ask @param {number} ms
 * @returns {Promise<T | undefined>}
 */
async function poll(ask, ms) {
  const end = performance.now() + ms;
  while (performance.now() < end) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await sleep(POLL_MS);
  }
  return undefined;
}

/** @param {string} base @param {number} ms */
export async function isReady(base, ms) {
  const ready = await poll(async () => ((await get(`${base}/-/ready`))?.ok ? true : undefined), ms);
  return ready === true;
}

/** @param {string} base @param {string} query @returns {Promise<Series[]>} */
async function ask(base, query) {
  const response = await get(`${base}/api/v1/query?query=${encodeURIComponent(query)}`);
  if (response === undefined || !response.ok) return [];
  const body = /** @type {{ data?: { result?: Series[] } }} */ (await response.json());
  return body.data?.result ?? [];
}

/**
 * An instant query also finds what an earlier run has left, up to five minutes back; the samples
 * themselves have times.
 * @param {string} base @param {number} since seconds @param {number} ms
 * @returns {Promise<Live | undefined>}
 */
export function firstLive(base, since, ms) {
  return poll(async () => {
    for (const { metric, values } of await ask(base, 'node_load1[5m]')) {
      const last = values?.at(-1);
      if (last !== undefined && last[0] >= since) {
        return { instance: metric['instance'] ?? '', value: last[1] };
      }
    }
    return undefined;
  }, ms);
}
