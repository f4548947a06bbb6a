/** A TCP link between agent and broker that can be cut, or go silent without closing. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

export class LinkProxy {
  readonly port: Promise<number>;
  private readonly server: Server;
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private silent = false;
  private muffled = false;
  private refusing = false;

  constructor(target: number) {
    // As the ends themselves do: a proxy that gathers small packets adds 40 ms to each answer.
    this.server = createServer({ noDelay: true }, (near) => this.join(near, target));
    this.server.listen(0, '127.0.0.1');
    this.port = once(this.server, 'listening').then(() => {
      const address = this.server.address();
      if (address === null || typeof address === 'string') throw new Error('no port');
      return address.port;
    });
  }

  /** Resets every connection; what was under way is lost on both sides. */
  cut(): void {
    for (const [near, far] of this.pairs) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
  }

  /** Bytes stop flowing, connections stay: a mobile network in a tunnel. */
  hold(silent: boolean): void {
    this.silent = silent;
    for (const pair of this.pairs) this.flow(pair);
  }

  /** What the broker says does not arrive any more: acknowledgements are lost, data is not. */
  muffle(muffled: boolean): void {
    this.muffled = muffled;
    for (const pair of this.pairs) this.flow(pair);
  }

  private flow([near, far]: readonly [Socket, Socket]): void {
    this.silent ? near.pause() : near.resume();
    this.silent || this.muffled ? far.pause() : far.resume();
  }

  /** New connections are refused. */
  refuse(refusing: boolean): void {
    this.refusing = refusing;
    if (refusing) this.cut();
  }

  async close(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }

  private join(near: Socket, target: number): void {
    if (this.refusing) {
      near.resetAndDestroy();
      return;
    }
    const far = connect({ port: target, host: '127.0.0.1', noDelay: true });
    const pair = [near, far] as const;
    this.pairs.add(pair);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (chunk) => to.write(chunk));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.pairs.delete(pair);
        to.destroy();
      });
    }
    this.flow(pair);
  }
}
