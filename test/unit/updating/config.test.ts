/** The keys of updates: what is refused, and what may not come from the collector. */
import { describe, expect, it } from 'vitest';
import { defaultCare } from '../../../agent/config/care.ts';
import { resolveUpdates, updatesRules, updatesSchema } from '../../../agent/config/updates.ts';
import { check } from '../../../protocol/config/check.ts';
import { overlayRemote } from '../../../protocol/config/overlay.ts';
import { object } from '../../../protocol/config/schema.ts';

const schema = object('', { updates: updatesSchema });
const night = { days: ['mon'], from: '01:00', to: '05:00', timezone: 'UTC' } as const;

function read(tree: object) {
  const { value, problems } = check(updatesSchema, tree);
  if (value === undefined) throw new Error(JSON.stringify(problems));
  return value;
}

describe('keys of updates', () => {
  it('have defaults that a device without any of them can run with', () => {
    const { updates } = defaultCare('/etc/muster', '/run/agent.sock');
    expect(updates).toEqual({
      ...{ enabled: true, minRate: 100, jitter: 30_000, every: 3_600_000 },
      trust: '/etc/muster/trust',
      packages: ['*'],
    });
  });

  it('name a window that is declared, and a rate above the least one', () => {
    const written = read({ window: 'nihgt', rate: '1KiB', minRate: '2KiB' });
    const found = updatesRules(written, { night });
    expect(found.map(({ keys, hint }) => [keys.join('.'), hint])).toEqual([
      ['updates.window', 'did you mean night?'],
      ['updates.minRate', undefined],
    ]);
    expect(resolveUpdates(read({ window: 'night' }), { night }, '/etc').window).toEqual({
      ...{ name: 'night', days: [1], from: 60, to: 300, zone: 'UTC' },
    });
  });

  it('let the collector say when and how fast, and neither whom to trust nor where files are', () => {
    const tuned = { enabled: false, window: 'night', rate: '1MiB', minRate: '1KiB', every: '2h' };
    expect(overlayRemote(schema, {}, { updates: { ...tuned, jitter: '1m' } }).ok).toBe(true);
    for (const [key, value] of [
      ['trust', '/tmp/evil'],
      ['mirror', 'https://evil.example.com'],
    ] as const) {
      const laid = overlayRemote(schema, {}, { updates: { [key]: value } });
      expect(laid).toMatchObject({ ok: false, problems: [{ keys: ['updates', key] }] });
    }
  });
});
