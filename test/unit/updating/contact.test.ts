/** Silence of the director: told once when it lasts, and once when it is over, also over restarts. */
import { describe, expect, it } from 'vitest';
import type { Journal } from '../../../agent/ports/caretaking.ts';
import { Contacts } from '../../../agent/work/trusting/contact.ts';
import { memoryFacts } from '../../support/facts/memory-facts.ts';
import { silentLog } from '../../support/silent-log.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 21);

function world(everyMs = HOUR) {
  const facts = memoryFacts();
  const events: { readonly name: string; readonly text: string }[] = [];
  const journal: Journal = {
    event: async (event) => {
      await Promise.resolve(events.push(event));
    },
    report: () => Promise.resolve(),
    result: () => Promise.resolve(),
    now: () => START,
  };
  const open = () => new Contacts({ log: silentLog, facts, journal, everyMs: () => everyMs });
  return { events, facts, open };
}

describe('contact with the director', () => {
  it('is silent after six hours without a good check, and heard again with the first one', async () => {
    const { events, open } = world();
    const contacts = open();
    await contacts.note(START, true);
    for (let hour = 1; hour <= 7; hour++) await contacts.note(START + hour * HOUR, false);
    expect(events).toEqual([]);
    for (let hour = 8; hour <= 10; hour++) await contacts.note(START + hour * HOUR, false);
    expect(events.map(({ name, text }) => [name, text.slice(0, 30)])).toEqual([
      ['updates.silent', 'drop-request: timestamp.json: '],
    ]);
    expect(contacts.status()).toEqual({
      lastGood: new Date(START).toISOString(),
      failingSince: new Date(START + HOUR).toISOString(),
      isSilent: true,
    });
    for (let hour = 11; hour <= 12; hour++) await contacts.note(START + hour * HOUR, true);
    expect(events.map(({ name }) => name)).toEqual(['updates.silent', 'updates.heard']);
  });

  it('waits three rounds where those are longer', async () => {
    const { events, open } = world(24 * HOUR);
    const contacts = open();
    await contacts.note(START, false);
    await contacts.note(START + 72 * HOUR, false);
    expect(events).toEqual([]);
    await contacts.note(START + 73 * HOUR, false);
    expect(events).toHaveLength(1);
  });

  it('does not begin anew at a restart, and tells nothing twice', async () => {
    const { events, open } = world();
    await open().note(START, false);
    await open().note(START + 7 * HOUR, false);
    await open().note(START + 8 * HOUR, false);
    expect(events.map(({ name }) => name)).toEqual(['updates.silent']);
  });

  it('spares the disk while all is well', async () => {
    const { facts, open } = world();
    const contacts = open();
    await contacts.note(START, true);
    const kept = facts.get('updates/contact');
    await contacts.note(START + 5 * HOUR, true);
    expect(facts.get('updates/contact')).toBe(kept);
    await contacts.note(START + 6 * HOUR, true);
    expect(facts.get('updates/contact')).not.toBe(kept);
  });
});
