/** What happens to the collector itself: told to those who listen, and kept among the events. */
import { CLOCK } from '../../protocol/messages/envelope.ts';
import type { FleetSink } from '../ports/fleet.ts';
import type { Feed, News } from './feed.ts';

export interface OwnNewsDeps {
  readonly feed: Pick<Feed, 'tell'>;
  readonly history: Pick<FleetSink, 'event'>;
  /** 16 hexadecimal digits, another at each start: numbers begin anew. */
  readonly epoch: string;
}

export class OwnNews {
  private readonly deps: OwnNewsDeps;
  private number = 0;

  constructor(deps: OwnNewsDeps) {
    this.deps = deps;
  }

  tell(news: Extract<News, { kind: 'event' }>): void {
    const { feed, history, epoch } = this.deps;
    const { device, site, at: wall, event } = news;
    feed.tell(news);
    this.number += 1;
    const { number } = this;
    const header = { epoch, number, low: number, boot: epoch, wall, mono: 0, clock: CLOCK.synced };
    history.event(device, site, { header, events: [event], gaps: [] }, wall);
  }
}
