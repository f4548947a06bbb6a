/** One layer: what it says, its versions, how they differ, and the way back to one of them. */
import { ago } from '../../core/present.ts';
import { askFirst } from '../ask-first.ts';
import { messageOf } from '../call.ts';
import { type Child, h, type View } from '../dom.ts';
import { badge, button, section } from '../parts.ts';
import { refreshing } from '../refreshing.ts';
import { Slot } from '../slot.ts';
import { differenceTable, historyTable } from './history.ts';
import { LayerForm } from './layer-form.ts';
import {
  deleteLayer,
  fetchLayerDiff,
  fetchLayerHistory,
  type PageLayer,
  revertLayer,
} from './requests.ts';

const POLL_MS = 10_000;

export function newLayerView(root: HTMLElement): View {
  const form = new LayerForm(undefined, (id) => {
    location.hash = `#/layer/${encodeURIComponent(id)}`;
  });
  root.append(back(), h('h1', { tabindex: -1 }, 'New layer'), form.element);
  return { close: () => {} };
}

export function layerView(root: HTMLElement, id: string): View {
  /** The version that the form was filled with. */
  let filled = 0;
  const head = new Slot(h('div', {}));
  const versions = new Slot(h('div', {}));
  const compared = h('div', { 'aria-live': 'polite' });
  const form = new LayerForm(id, () => {
    filled = 0;
    live.now();
  });
  const rest = h(
    'div',
    { class: 'details', hidden: true },
    section('Content', form.element),
    section('Versions', versions.element, compared),
  );
  const live = refreshing(
    POLL_MS,
    async () => draw(await fetchLayerHistory(id)),
    'There never was a layer of this name.',
  );

  function draw(history: readonly PageLayer[]): void {
    const [newest] = history;
    if (newest === undefined) return;
    const older = filled !== 0 && filled !== newest.version;
    head.show([newest, older], () => headOf(newest, older));
    // What somebody is writing is not overwritten by what another has set.
    if (filled === 0) {
      form.show(newest);
      filled = newest.version;
    }
    versions.show(history, () => [historyTable(history, whatOf, actionsOf)]);
    rest.hidden = false;
  }

  function headOf(layer: PageLayer, older: boolean): Child[] {
    const { at, by, version, deleted, enabled, share } = layer;
    const state = deleted === true ? 'deleted' : enabled ? `on for ${share} %` : 'off';
    return [
      h(
        'p',
        { class: 'headline' },
        badge(state, state.startsWith('on') ? 'good' : 'plain'),
        ` version ${version}, set ${ago(at, Date.now())} by ${by}`,
      ),
      older
        ? h(
            'p',
            { class: 'failure', role: 'alert' },
            'Somebody has set it since this page was opened; the form below is older.',
          )
        : undefined,
      deleted === true
        ? undefined
        : h('div', { class: 'actions' }, button('Delete…', 'delete', askDelete)),
    ];
  }

  function actionsOf(layer: PageLayer, before: PageLayer | undefined): Child {
    const { version, deleted } = layer;
    const compare =
      before &&
      button(
        'Compare',
        `compare ${version}`,
        () => void diff(before, layer),
        `Compare version ${version} with ${before.version}`,
      );
    const revert =
      deleted === true
        ? undefined
        : button(
            'Revert…',
            `revert ${version}`,
            () => askRevert(version),
            `Revert to version ${version}…`,
          );
    return h('div', { class: 'actions' }, compare, revert);
  }

  async function diff(before: PageLayer, after: PageLayer): Promise<void> {
    const title = `Version ${after.version} against ${before.version}`;
    try {
      const found = await fetchLayerDiff(id, before.version, after.version);
      compared.replaceChildren(section(title, differenceTable(found)));
    } catch (error) {
      compared.replaceChildren(h('p', { class: 'failure' }, messageOf(error)));
    }
  }

  function askRevert(version: number): void {
    askFirst({
      title: `Revert ${id} to version ${version}`,
      content: [h('p', {}, 'Its content becomes a new version, for all of its devices at once.')],
      verb: 'Revert',
      act: async (signed) => {
        await revertLayer(id, version, signed);
        filled = 0;
        live.now();
      },
    });
  }

  function askDelete(): void {
    askFirst({
      title: `Delete the layer ${id}`,
      content: [
        h('p', {}, 'Devices lose what it adds. Its history stays, and can be gone back to.'),
      ],
      verb: 'Delete',
      grave: true,
      act: async (signed) => {
        await deleteLayer(id, signed);
        filled = 0;
        live.now();
      },
    });
  }

  root.append(back(), h('h1', { tabindex: -1 }, id), live.failure, head.element, rest);
  return live;
}

function back(): HTMLElement {
  return h('p', { class: 'back' }, h('a', { href: '#/config' }, '← Configuration'));
}

function whatOf({ share, enabled, selector, priority }: PageLayer): string {
  const whom = selector === undefined ? [] : [`${selector}, priority ${priority}`];
  return [...whom, `${share} %`, ...(enabled ? [] : ['off'])].join(', ');
}
