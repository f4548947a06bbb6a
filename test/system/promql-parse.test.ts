/**
 * Our parser beside Debian's Prometheus: the same expressions are read and refused, and what is read
 * comes back as the same text from `format_query`.
 */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseExpr } from '../../collector/promql/parse/index.ts';
import { prettify } from '../../collector/promql/print.ts';
import { PROMETHEUS, type Prometheus, startPrometheus } from '../support/prometheus.ts';
import { BAD, GOOD } from '../support/promql/expressions.ts';

function ours(text: string): string | undefined {
  try {
    return prettify(parseExpr(text));
  } catch {
    return undefined;
  }
}

describe.skipIf(!existsSync(PROMETHEUS))('the parser beside Prometheus', () => {
  let prometheus: Prometheus;

  beforeAll(async () => {
    // Nothing is scraped: port 1 refuses.
    prometheus = await startPrometheus({});
  });

  afterAll(() => prometheus.stop());

  async function theirs(query: string): Promise<string | undefined> {
    const body = new URLSearchParams({ query });
    const answer = await fetch(`${prometheus.url}/api/v1/format_query`, { method: 'POST', body });
    return ((await answer.json()) as { data?: string }).data;
  }

  it('reads and prints the same', async () => {
    for (const text of GOOD) expect([text, ours(text)]).toEqual([text, await theirs(text)]);
  });

  it('refuses the same', async () => {
    for (const text of BAD) {
      expect([text, await theirs(text)]).toEqual([text, undefined]);
      expect([text, ours(text)]).toEqual([text, undefined]);
    }
  });
});
