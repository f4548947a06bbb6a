/** Asks where the devices of a rollout go back to. */
import { askFirst } from '../ask-first.ts';
import { h } from '../dom.ts';
import type { Package, PageRollout } from './requests.ts';

export function askRollback(rollout: PageRollout, act: (order: object) => Promise<void>): void {
  const { name, packages, before } = rollout;
  const fields = packages.map((one, i) => ({
    package: one.name,
    id: `back-${i}`,
    input: versionInput(`back-${i}`, one, before),
  }));
  const chosen = (): readonly Package[] => {
    const all = fields.map((one) => ({ name: one.package, version: one.input.value.trim() }));
    const named = all.filter(({ version }) => version !== '');
    if (named.length > 0 && named.length < all.length) {
      throw new Error('name a version of every package, or of none');
    }
    return named;
  };
  askFirst({
    title: `Roll back: ${name}`,
    content: [
      h('p', {}, 'Each device that was updated gets what it had, or the version that is named.'),
      ...fields.flatMap(({ package: one, id, input }) => [
        h('label', { for: id }, `${one}: version`),
        input,
        h(
          'datalist',
          { id: `${id}-known` },
          ...before
            .filter((known) => known.name === one)
            .map(({ version }) => h('option', { value: version })),
        ),
      ]),
    ],
    verb: 'Roll back',
    grave: true,
    act: async (signed) => {
      const to = chosen();
      await act({ ...signed, ...(to.length > 0 && { to }) });
    },
  });
}

function versionInput(id: string, { name }: Package, before: readonly Package[]): HTMLInputElement {
  const known = before.filter((one) => one.name === name).map(({ version }) => version);
  const had = known.length === 0 ? 'what each had' : `what each had: ${known.join(', ')}`;
  return h('input', { id, class: 'field', type: 'text', list: `${id}-known`, placeholder: had });
}
