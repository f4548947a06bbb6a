import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../collector/io/clock.ts';

const DAY = 86_400_000;

describe('the system clock', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('waits longer than setTimeout can', () => {
    const done = vi.fn();
    systemClock.after(40 * DAY, done);
    vi.advanceTimersByTime(39 * DAY);
    expect(done).not.toHaveBeenCalled();
    vi.advanceTimersByTime(DAY);
    expect(done).toHaveBeenCalledOnce();
  });

  it('can be told not to, at any time', () => {
    const done = vi.fn();
    const early = systemClock.after(40 * DAY, done);
    const late = systemClock.after(40 * DAY, done);
    const soon = systemClock.after(5, done);
    early();
    soon();
    vi.advanceTimersByTime(30 * DAY);
    late();
    vi.advanceTimersByTime(30 * DAY);
    expect(done).not.toHaveBeenCalled();
  });
});
