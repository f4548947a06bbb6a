/** A new rollout: its file, a dry run of it, and then the start of exactly that. */
import { plural } from '../../core/present.ts';
import { askFirst } from '../ask-first.ts';
import { messageOf } from '../call.ts';
import { type Child, h, setText, type View } from '../dom.ts';
import { deviceLink, section } from '../parts.ts';
import { type PlainColumn, plainTable } from '../table.ts';
import { reasonsTable } from './reasons.ts';
import { type DryRun, dryRun, startRollout } from './requests.ts';

const EXAMPLE = `packages:
  - name: app
    version: 1.0.0
target: all
onFailure: rollback-all
stages:
  - name: canary
    count: 5
    gates: { errors: 0, soak: 10m }
  - name: all
    share: 100
    gates: { success: 90, soak: 30m }
`;
/** What was written is there again after a look elsewhere. */
const STORED = 'muster-rollout-draft';

export function startView(root: HTMLElement): View {
  /** The text that the dry run was of. */
  let tried: string | undefined;
  const failure = h('p', { class: 'failure', role: 'alert' });
  const said = h('p', { role: 'status' });
  const found = h('div', { class: 'details' });
  const file = h('textarea', {
    id: 'file',
    class: 'field code',
    rows: 18,
    spellcheck: 'false',
    oninput: changed,
  });
  file.value = sessionStorage.getItem(STORED) ?? EXAMPLE;
  const tryIt = h(
    'button',
    { type: 'button', class: 'main', onclick: () => void run() },
    'Dry run',
  );
  const start = h('button', { type: 'button', disabled: true, onclick: ask }, 'Start…');

  function changed(): void {
    sessionStorage.setItem(STORED, file.value);
    start.disabled = tried !== file.value;
  }

  async function run(): Promise<void> {
    const text = file.value;
    tryIt.disabled = true;
    try {
      const answer = await dryRun(text);
      setText(failure, '');
      setText(said, `${answer.name}: ${plural(answer.total, 'device')} would be of it.`);
      found.replaceChildren(...shown(answer).filter((child) => child !== undefined));
      tried = text;
    } catch (error) {
      setText(failure, messageOf(error));
      setText(said, '');
      found.replaceChildren();
      tried = undefined;
    }
    tryIt.disabled = false;
    changed();
  }

  function ask(): void {
    const text = file.value;
    askFirst({
      title: 'Start the rollout',
      content: [h('p', {}, 'The first stage begins at once.')],
      verb: 'Start',
      act: async (signed) => {
        const { id } = await startRollout(text, signed);
        sessionStorage.removeItem(STORED);
        location.hash = `#/rollout/${encodeURIComponent(id)}`;
      },
    });
  }

  root.append(
    h('p', { class: 'back' }, h('a', { href: '#/rollouts' }, '← Rollouts')),
    h('h1', { tabindex: -1 }, 'New rollout'),
    h('label', { for: 'file' }, 'Rollout file (YAML)'),
    file,
    h('div', { class: 'buttons' }, tryIt, start),
    failure,
    said,
    found,
  );
  return { close: () => {} };
}

function shown({ stages, reasons, devices }: DryRun): Child[] {
  return [
    section('Who would get it', plainTable('Stages of the dry run', STAGES, stages)),
    section('Who would not, or not at once', reasonsTable(reasons)),
    devices.length === 0
      ? undefined
      : section('These devices', plainTable('Devices with their reason', DEVICES, devices)),
  ];
}

const STAGES: readonly PlainColumn<DryRun['stages'][number]>[] = [
  { title: 'Stage', show: ({ name }) => [name] },
  { title: 'Devices', numeric: true, show: ({ devices }) => [String(devices)] },
  { title: 'Online', numeric: true, show: ({ online }) => [String(online)] },
  {
    title: 'Among them',
    wraps: true,
    show: ({ some, devices }) => [some.join(', ') + (devices > some.length ? ', …' : '')],
  },
];

const DEVICES: readonly PlainColumn<DryRun['devices'][number]>[] = [
  { title: 'Device', show: ({ device }) => [deviceLink(device)] },
  { title: 'Stage', show: ({ stage }) => [stage || '–'] },
  { title: 'Reason', show: ({ reason }) => [reason] },
];
