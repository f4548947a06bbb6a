/**
 * Carries messages to subscribers, in place of aedes' own emitter (`mq`).
 *
 * That one waits until every subscriber's socket has taken a message before the publisher goes on,
 * and runs at most a hundred messages at a time: one subscriber that never reads stops the whole
 * broker. This one hands over and goes on; slow readers are bounded at their own sockets.
 */
import { FilterTree } from '../../core/topic-tree.ts';

/** What aedes gives and takes here. */
interface RoutedPacket {
  readonly topic: string;
}
type Handler = (packet: RoutedPacket, done: () => void) => void;

/** Topics whose answer is remembered until a subscription comes or goes. */
const MOST_ASKED = 20_000;

export class Router {
  readonly #handlers = new FilterTree<Handler>();
  readonly #asked = new Map<string, boolean>();

  on(filter: string, handler: Handler, done?: () => void): this {
    this.#handlers.add(filter, handler);
    this.#asked.clear();
    done?.();
    return this;
  }

  removeListener(filter: string, handler: Handler, done?: () => void): this {
    this.#handlers.delete(filter, handler);
    this.#asked.clear();
    done?.();
    return this;
  }

  emit(packet: RoutedPacket, done?: () => void): this {
    for (const handler of this.#handlers.match(packet.topic)) handler(packet, nothing);
    done?.();
    return this;
  }

  subscribed(topic: string): boolean {
    let heard = this.#asked.get(topic);
    if (heard === undefined) {
      heard = this.#handlers.matches(topic);
      if (this.#asked.size >= MOST_ASKED) this.#asked.clear();
      this.#asked.set(topic, heard);
    }
    return heard;
  }

  close(done: () => void): this {
    setImmediate(done);
    return this;
  }
}

function nothing(): void {}
