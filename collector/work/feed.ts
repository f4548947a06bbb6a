/**
 * Live news for whoever listens inside the process: Server-Sent Events, the JSON mirror.
 *
 * Nothing is built for nobody: producers ask `wanted` first.
 */

import type { Block } from '../../protocol/messages/batch.ts';
import type { DeviceEvent, Gap } from '../../protocol/messages/event.ts';
import type { SeriesDefinition } from '../../protocol/messages/schema.ts';

export type News =
  | { readonly kind: 'state'; readonly device: string; readonly site: string; readonly at: number }
  | {
      readonly kind: 'sample';
      readonly device: string;
      readonly site: string;
      readonly at: number;
      readonly series: readonly SeriesDefinition[];
      readonly blocks: readonly Block[];
    }
  | {
      readonly kind: 'gap';
      readonly device: string;
      readonly site: string;
      readonly at: number;
      readonly gap: Gap;
    }
  | {
      readonly kind: 'event';
      readonly device: string;
      readonly site: string;
      readonly at: number;
      readonly event: DeviceEvent;
    };

export type NewsKind = News['kind'];

export class Feed {
  private readonly listeners = new Set<(news: News) => void>();

  get wanted(): boolean {
    return this.listeners.size > 0;
  }

  subscribe(listener: (news: News) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell(news: News): void {
    for (const listener of this.listeners) listener(news);
  }
}
