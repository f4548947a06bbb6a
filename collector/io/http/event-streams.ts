/**
 * Server-Sent Events, the part that all streams share: how many are open, how one begins, beats and
 * ends, and that nobody who does not read makes the collector keep bytes for him.
 */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { ApiError } from '../../core/api-errors.ts';
import type { Metrics } from '../../core/metrics.ts';
import type { Clock } from '../../ports.ts';

export interface StreamLimits {
  readonly streams: number;
  /** Bytes that a slow reader of a stream may leave unread before it is dropped. */
  readonly streamBytes: number;
  readonly streamHeartbeatMs: number;
  /** Who reads nothing for so long, where a stream waits for its reader, is dropped. */
  readonly streamStallMs: number;
}

type Raw = FastifyReply['raw'];

export interface EventStream {
  /** Aborted when either side has ended it. */
  readonly signal: AbortSignal;
  /** For news that come as they like: who leaves too much unread is dropped. */
  push(text: string): void;
  /** For who can wait: resolves when there is room again, or when the stream is over. */
  write(text: string): Promise<void>;
  end(): void;
}

export class EventStreams {
  private readonly clock: Clock;
  private readonly limits: StreamLimits;
  private readonly open = new Set<Stream>();
  private readonly dropped: { inc(): void };

  constructor(clock: Clock, metrics: Metrics, limits: StreamLimits) {
    this.clock = clock;
    this.limits = limits;
    metrics
      .gauge({ name: 'muster_collector_http_streams', help: 'Live streams that are open.' })
      .follow(() => this.open.size);
    this.dropped = metrics.counter({
      name: 'muster_collector_http_streams_dropped_total',
      help: 'Live streams closed because their reader was too slow.',
    });
  }

  /** A stream never ends by itself; closing the server would wait for it. */
  endWith(app: FastifyInstance): void {
    app.addHook('preClose', (done) => {
      for (const stream of this.open) stream.end();
      done();
    });
  }

  /** Throws while nothing is sent when there are too many. */
  begin(reply: FastifyReply): EventStream {
    const { streams } = this.limits;
    if (this.open.size >= streams) {
      throw new ApiError('too-many-streams', `${streams} are open already.`);
    }
    hijack(reply);
    const stream = new Stream(reply.raw, this.clock, this.limits, () => this.dropped.inc());
    this.open.add(stream);
    stream.signal.addEventListener('abort', () => this.open.delete(stream), { once: true });
    stream.push('retry: 2000\n: muster\n\n');
    return stream;
  }
}

class Stream implements EventStream {
  private readonly raw: Raw;
  private readonly clock: Clock;
  private readonly limits: StreamLimits;
  private readonly dropped: () => void;
  private readonly over = new AbortController();

  constructor(raw: Raw, clock: Clock, limits: StreamLimits, dropped: () => void) {
    this.raw = raw;
    this.clock = clock;
    this.limits = limits;
    this.dropped = dropped;
    const stopBeating = repeat(clock, limits.streamHeartbeatMs, () => this.push(': heartbeat\n\n'));
    raw.once('close', () => {
      stopBeating();
      this.over.abort();
    });
  }

  get signal(): AbortSignal {
    return this.over.signal;
  }

  push(text: string): void {
    if (!this.writable()) return;
    if (this.raw.writableLength <= this.limits.streamBytes) this.raw.write(text);
    else this.drop();
  }

  async write(text: string): Promise<void> {
    if (!this.writable() || this.raw.write(text)) return;
    await new Promise<void>((resolve) => {
      const stalled = this.clock.after(this.limits.streamStallMs, () => this.drop());
      const go = (): void => {
        stalled();
        this.raw.off('drain', go);
        this.raw.off('close', go);
        resolve();
      };
      this.raw.once('drain', go);
      this.raw.once('close', go);
    });
  }

  end(): void {
    this.raw.end();
  }

  private writable(): boolean {
    return !this.raw.destroyed && !this.raw.writableEnded;
  }

  private drop(): void {
    this.dropped();
    this.raw.destroy();
  }
}

function hijack(reply: FastifyReply): void {
  void reply.hijack();
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
  reply.raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
}

function repeat(clock: Clock, everyMs: number, action: () => void): () => void {
  let cancel = clock.after(everyMs, beat);
  function beat(): void {
    action();
    cancel = clock.after(everyMs, beat);
  }
  return () => cancel();
}
