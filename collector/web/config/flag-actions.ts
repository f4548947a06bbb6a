/** What can be done with a flag besides setting it anew; each is asked about first. */
import { askFirst } from '../ask-first.ts';
import { h } from '../dom.ts';
import { numberOf } from './number-of.ts';
import { deleteFlag, killFlag, type PageFlag, shareFlag } from './requests.ts';

export function askShare({ name, rules: all }: PageFlag, rule: number, changed: () => void): void {
  const attributes = { id: 'share', class: 'field', type: 'number', min: 0, max: 100, step: 'any' };
  const input = h('input', { ...attributes, value: all[rule]?.share ?? 0 });
  askFirst({
    title: `Share of rule ${rule + 1} of ${name}`,
    content: [
      h('p', {}, 'Who is in stays in as it grows. A plan that moves it stops.'),
      h('label', { for: 'share' }, 'Percent of its devices'),
      input,
    ],
    verb: 'Change',
    act: async (signed) => {
      await shareFlag(name, rule, numberOf('Share', input), signed);
      changed();
    },
  });
}

export function askKill({ name, killed, off }: PageFlag, changed: () => void): void {
  const value = JSON.stringify(off);
  askFirst({
    title: `${killed ? 'End the kill of' : 'Kill'} ${name}`,
    content: [
      h(
        'p',
        {},
        killed ? 'The rules count again.' : `All devices get ${value}, whatever the rules say.`,
      ),
    ],
    verb: killed ? 'End the kill' : 'Kill',
    grave: !killed,
    act: async (signed) => {
      await killFlag(name, !killed, signed);
      changed();
    },
  });
}

export function askDelete(name: string, changed: () => void): void {
  askFirst({
    title: `Delete the flag ${name}`,
    content: [h('p', {}, 'Applications use the defaults of their own. Its history stays.')],
    verb: 'Delete',
    grave: true,
    act: async (signed) => {
      await deleteFlag(name, signed);
      changed();
    },
  });
}
