/** What happens to rollouts, and how far they are, as events that streams carry. */
import type { DeviceEvent } from '../../../protocol/messages/event.ts';
import type { LogLine } from '../../core/rollouts/record.ts';
import type { Rollout } from '../../core/rollouts/rollout.ts';
import type { Cancel, Clock } from '../../ports.ts';
import type { News } from '../feed.ts';

/** In the place of site and device: the collector itself. */
const COLLECTOR = { site: '_fleet', device: '_collector' } as const;

type Tell = (news: News) => void;

const EVERY_MS = 2_000;

export function changeNews(rollout: string, { at, by, text }: LogLine): OwnEvent {
  const attributes = new Map([
    ['rollout', rollout],
    ['by', by],
  ]);
  return news(at, {
    wall: at,
    name: 'rollout.changed',
    severity: severityOf(text),
    text: `${rollout}: ${text}`,
    attributes,
  });
}

function severityOf(text: string): DeviceEvent['severity'] {
  return /^(stage \S+ is )?(stopped|reverting)/.test(text) ? 'warning' : 'info';
}

type OwnEvent = Extract<News, { kind: 'event' }>;

function news(at: number, event: DeviceEvent): OwnEvent {
  return { kind: 'event', ...COLLECTOR, at, event };
}

/** Tells the counts of those that go on, when they differ from what was told last. */
export class ProgressNews {
  private readonly clock: Clock;
  private readonly rollouts: () => Iterable<Rollout>;
  private readonly tell: Tell;
  private readonly last = new Map<string, string>();
  private cancel: Cancel = () => {};

  constructor(clock: Clock, rollouts: () => Iterable<Rollout>, tell: Tell) {
    this.clock = clock;
    this.rollouts = rollouts;
    this.tell = tell;
  }

  start(): void {
    this.cancel = this.clock.after(EVERY_MS, () => {
      this.round();
      this.start();
    });
  }

  stop(): void {
    this.cancel();
  }

  round(): void {
    const at = Math.round(this.clock.wall());
    const open = new Set<string>();
    for (const { record, book } of this.rollouts()) {
      open.add(record.id);
      const counts = Object.entries(book.count()).map(([state, n]) => [state, String(n)] as const);
      const text = `${record.id}: ${counts
        .filter(([, n]) => n !== '0')
        .map(([state, n]) => `${n} ${state}`)
        .join(', ')}`;
      if (this.last.get(record.id) === text) continue;
      this.last.set(record.id, text);
      const attributes = new Map([['rollout', record.id], ['state', record.state], ...counts]);
      this.tell(
        news(at, { wall: at, name: 'rollout.progress', severity: 'info', text, attributes }),
      );
    }
    for (const id of this.last.keys()) if (!open.has(id)) this.last.delete(id);
  }
}
