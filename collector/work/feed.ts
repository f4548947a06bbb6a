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

export const NEWS_KINDS = ['state', 'sample', 'gap', 'event'] as const;

export class Feed {
  private readonly listeners = new Map<NewsKind, Set<(news: News) => void>>();

  /** Whether somebody wants samples, which are the only costly news. */
  get wanted(): boolean {
    return (this.listeners.get('sample')?.size ?? 0) > 0;
  }

  subscribe(kinds: readonly NewsKind[], listener: (news: News) => void): () => void {
    for (const kind of kinds) {
      const ofKind = this.listeners.get(kind) ?? new Set();
      ofKind.add(listener);
      this.listeners.set(kind, ofKind);
    }
    return () => {
      for (const kind of kinds) this.listeners.get(kind)?.delete(listener);
    };
  }

  tell(news: News): void {
    for (const listener of this.listeners.get(news.kind) ?? []) listener(news);
  }
}
