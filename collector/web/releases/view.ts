/** Published releases: what there is, in which channels, for which machines, and what is in use. */
import { bytes, plural } from '../../core/present.ts';
import { API, get, getLines } from '../call.ts';
import { h, setText, type View } from '../dom.ts';
import { badge, note } from '../parts.ts';
import { refreshing } from '../refreshing.ts';
import { Slot } from '../slot.ts';
import { type PlainColumn, plainTable } from '../table.ts';

interface PageRelease {
  readonly name: string;
  readonly version: string;
  readonly lifecycle: 'draft' | 'published' | 'deprecated';
  readonly channels: readonly string[];
  readonly installer: string;
  readonly architectures: readonly string[];
  readonly bytes: number;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly notes: string;
  readonly inUse: boolean;
}

const POLL_MS = 30_000;
const TONES = { draft: 'plain', published: 'good', deprecated: 'warn' } as const;

export function releasesView(root: HTMLElement): View {
  let releases: readonly PageRelease[] = [];
  let loaded = false;
  const summary = h('p', { class: 'summary' });
  const search = h('input', {
    type: 'search',
    id: 'search',
    placeholder: 'Name, version, notes…',
    autocomplete: 'off',
    oninput: draw,
  });
  const list = new Slot(h('div', {}));
  const live = refreshing(POLL_MS, async () => {
    releases = await fetchReleases();
    loaded = true;
    draw();
  });

  function draw(): void {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = releases.filter((one) => words.every((word) => textOf(one).includes(word)));
    const used = releases.filter(({ inUse }) => inUse).length;
    setText(summary, `${plural(releases.length, 'release')} · ${used} in use`);
    list.show([shown, loaded, releases.length], () => {
      if (shown.length > 0) {
        return [plainTable('Releases, by name and newest version first', COLUMNS, shown)];
      }
      if (!loaded) return [];
      return [note(releases.length === 0 ? NONE : 'No release matches the search.')];
    });
  }

  root.append(
    h('h1', { tabindex: -1 }, 'Releases'),
    h('div', { class: 'bar' }, summary, h('label', { for: 'search' }, 'Search '), search),
    live.failure,
    list.element,
  );
  return live;
}

const NONE = 'Nothing is published yet. Releases are made with muster release, where the keys are.';

async function fetchReleases(): Promise<readonly PageRelease[]> {
  const [{ releases }, inUse] = await Promise.all([
    get<{ releases: Omit<PageRelease, 'inUse'>[] }>(`${API}/releases`),
    getLines(`${API}/releases/in-use`),
  ]);
  const used = new Set(inUse);
  return releases.map((one) => ({ ...one, inUse: used.has(`${one.name} ${one.version}`) }));
}

function textOf({ name, version, lifecycle, channels, notes, installer }: PageRelease): string {
  return [name, version, lifecycle, ...channels, installer, notes].join(' ').toLowerCase();
}

const COLUMNS: readonly PlainColumn<PageRelease>[] = [
  { title: 'Name', show: ({ name }) => [h('strong', {}, name)] },
  { title: 'Version', show: ({ version }) => [version] },
  { title: 'State', show: ({ lifecycle }) => [badge(lifecycle, TONES[lifecycle] ?? 'plain')] },
  { title: 'Channels', show: ({ channels }) => [channels.join(', ') || '–'] },
  { title: 'For', show: ({ architectures }) => [architectures.join(', ')] },
  { title: 'Installer', show: ({ installer }) => [installer] },
  { title: 'Size', numeric: true, show: (one) => [bytes(one.bytes)] },
  {
    title: 'In use',
    show: ({ inUse }) => [
      h(
        'span',
        { title: 'Devices run it, should run it, or may fall back to it' },
        inUse ? 'yes' : 'no',
      ),
    ],
  },
  {
    title: 'Needs',
    wraps: true,
    show: ({ dependencies }) => [
      Object.entries(dependencies)
        .map(([name, range]) => `${name} ${range}`)
        .join(', ') || '–',
    ],
  },
  { title: 'Notes', wraps: true, show: ({ notes }) => [notes || '–'] },
];
