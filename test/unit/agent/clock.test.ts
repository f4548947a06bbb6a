/** The agent's monotonic clock counts the time that the machine slept, from the first call on. */
import { describe, expect, it } from 'vitest';
import { createClock } from '../../../agent/io/clock.ts';

const DAY = 86_400_000;

function machine() {
  const now = { wall: Date.UTC(2026, 10, 21), awake: 1_000, uptime: 50_000 };
  const clock = createClock({
    wall: () => now.wall,
    awake: () => now.awake,
    uptime: () => now.uptime,
  });
  const pass = (ms: number, asleep = 0) => {
    now.wall += ms + asleep;
    now.awake += ms;
    now.uptime += ms + asleep;
  };
  return { now, clock, pass };
}

describe('clock', () => {
  it('counts a day of sleep at the first call after it', () => {
    const { clock, pass } = machine();
    expect(clock.mono()).toBe(50_000);
    pass(1_000);
    expect(clock.mono()).toBe(51_000);
    pass(1_000, DAY);
    expect(clock.mono()).toBe(52_000 + DAY);
  });

  it('does not follow a wall clock that is set', () => {
    const { now, clock, pass } = machine();
    now.wall += 10 * 365 * DAY;
    pass(1_000);
    expect(clock.mono()).toBe(51_000);
    now.wall -= 20 * 365 * DAY;
    pass(1_000);
    expect(clock.mono()).toBe(52_000);
  });
});
