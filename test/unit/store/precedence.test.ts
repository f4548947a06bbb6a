/** Who goes first: questions before housekeeping, but not for ever, and not before a checkpoint. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FREE } from '../../../collector/io/store/options.ts';
import { Precedence } from '../../../collector/io/store/precedence.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => vi.useRealTimers());

/** Turns of the event loop: far more than halting takes. */
async function turns(): Promise<void> {
  for (let n = 0; n < 10; n++) await new Promise((resolve) => setImmediate(resolve));
}

/** A reading that lasts until it is ended, and housekeeping that came to the end of a slice. */
async function readAndHalt() {
  const time = { now: 0 };
  const precedence = new Precedence(FREE, () => time.now);
  let end: () => void = () => undefined;
  const reading = precedence.reading(() => new Promise<void>((resolve) => (end = resolve)));
  const state = { halted: true };
  const halt = precedence.halt().then(() => {
    state.halted = false;
  });
  await turns();
  return { time, precedence, reading, halt, state, end: () => end() };
}

describe('housekeeping', () => {
  it('does not halt while nothing is read', async () => {
    const precedence = new Precedence(FREE);
    await precedence.halt();
    await precedence.reading(() => Promise.resolve());
    await precedence.halt();
    await expect(precedence.reading(() => Promise.reject(new Error('gone')))).rejects.toThrow();
    await precedence.halt();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('lets what is live pass first, with nothing read as well', async () => {
    let pass: () => void = () => undefined;
    const way = new Promise<void>((resolve) => (pass = resolve));
    const precedence = new Precedence({ ...FREE, given: () => way });
    const state = { halted: true };
    const halt = precedence.halt().then(() => {
      state.halted = false;
    });
    await turns();
    expect(state.halted).toBe(true);
    pass();
    await halt;
    expect(state.halted).toBe(false);
  });

  it('halts until the last reading has ended', async () => {
    const { precedence, reading, halt, state, end } = await readAndHalt();
    await precedence.reading(() => Promise.resolve());
    await turns();
    expect(state.halted).toBe(true);
    end();
    await reading;
    await halt;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('goes on after a while, however long a reading lasts, and for more than a slice', async () => {
    const { time, precedence, halt, state, end } = await readAndHalt();
    expect(state.halted).toBe(true);
    await vi.advanceTimersByTimeAsync(100);
    await halt;
    time.now = 24;
    await precedence.halt();
    time.now = 25;
    const again = precedence.halt();
    await turns();
    expect(vi.getTimerCount()).toBe(1);
    end();
    await again;
  });

  it('goes on at once when a checkpoint waits for it, and does not halt before that has begun', async () => {
    const { precedence, halt, state, end } = await readAndHalt();
    expect(state.halted).toBe(true);
    const begun = precedence.hurry();
    await halt;
    await precedence.halt();
    begun();
    const later = precedence.halt();
    await turns();
    expect(vi.getTimerCount()).toBe(1);
    end();
    await later;
  });
});
