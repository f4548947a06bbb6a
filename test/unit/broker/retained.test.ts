/** What the broker keeps in memory has a bound, whoever asks for more. */
import { describe, expect, it } from 'vitest';
import { brokerSettings } from '../../../collector/io/broker/options.ts';
import { RetainedStore } from '../../../collector/io/broker/retained.ts';

function store(limits: {
  retainedMessages?: number;
  retainedBytes?: number;
  retainedPerDevice?: number;
}) {
  return new RetainedStore(brokerSettings({ listen: [], limits }).limits);
}

async function put(retained: RetainedStore, topic: string, bytes: number): Promise<boolean> {
  if (!retained.admits(topic, bytes)) return false;
  await retained.storeRetained({ topic, payload: Buffer.alloc(bytes, 1), qos: 1 });
  return true;
}

async function topics(retained: RetainedStore, filter: string): Promise<string[]> {
  const found: string[] = [];
  for await (const packet of retained.createRetainedStreamCombi([filter])) {
    found.push((packet as { topic: string }).topic);
  }
  return found;
}

describe('retained messages', () => {
  it('are bounded for each device, over all sites it claims', async () => {
    const retained = store({ retainedPerDevice: 3 });
    const kept: boolean[] = [];
    for (let site = 0; site < 5; site += 1) {
      kept.push(await put(retained, `muster/v1/s${site}/dev-1/state`, 10));
    }
    expect(kept).toEqual([true, true, true, false, false]);
    expect(await put(retained, 'muster/v1/s0/dev-1/state', 20)).toBe(true);
    expect(await put(retained, 'muster/v1/s9/dev-2/state', 10)).toBe(true);
    // Taking one away makes room.
    expect(await put(retained, 'muster/v1/s0/dev-1/state', 0)).toBe(true);
    expect(await put(retained, 'muster/v1/s4/dev-1/state', 10)).toBe(true);
    expect(await topics(retained, 'muster/v1/+/dev-1/#')).toHaveLength(3);
  });

  it('are bounded in number and bytes over all devices', async () => {
    const few = store({ retainedMessages: 2 });
    expect(await put(few, 'muster/v1/s/a/state', 1)).toBe(true);
    expect(await put(few, 'muster/v1/s/b/state', 1)).toBe(true);
    expect(await put(few, 'muster/v1/s/c/state', 1)).toBe(false);
    const small = store({ retainedBytes: 5_000 });
    expect(await put(small, 'muster/v1/s/a/state', 4_000)).toBe(true);
    expect(await put(small, 'muster/v1/s/b/state', 4_000)).toBe(false);
    expect(await put(small, 'muster/v1/s/a/state', 5_000)).toBe(false);
    expect(await put(small, 'muster/v1/s/a/state', 100)).toBe(true);
    expect(await put(small, 'muster/v1/s/b/state', 3_500)).toBe(true);
  });

  it('do not hold on to the read they came in', async () => {
    const retained = store({});
    const chunk = Buffer.alloc(65_536, 7);
    const topic = 'muster/v1/s/a/state';
    await retained.storeRetained({ topic, payload: chunk.subarray(5, 15), qos: 1 });
    chunk.fill(0);
    for await (const packet of retained.createRetainedStreamCombi([topic])) {
      expect((packet as { payload: Buffer }).payload).toEqual(Buffer.alloc(10, 7));
    }
  });
});
