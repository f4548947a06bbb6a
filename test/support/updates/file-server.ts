/** A real HTTP server for one file, with ranges and ETags, at a given speed, that can cut and refuse. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface FileServer extends AsyncDisposable {
  readonly base: string;
  /** Bytes of bodies that were handed to the network. */
  sent(): number;
  readonly requests: { readonly range: string | undefined; readonly ifRange: string | undefined }[];
  /** Answers of the next requests; served normally when it is empty. */
  readonly script: ((response: ServerResponse, request: IncomingMessage) => void)[];
  /** Every connection at this moment is cut. */
  cut(): void;
  content: Uint8Array;
  etag: string;
  /** Bytes a millisecond. */
  speed: number;
}

export interface FileServerOptions {
  /** Bytes a millisecond. */
  readonly speed?: number;
  readonly ranges?: boolean;
}

/** About what a packet carries. */
const PIECE = 2_048;

export async function fileServer(
  content: Uint8Array,
  { speed = Number.POSITIVE_INFINITY, ranges = true }: FileServerOptions = {},
): Promise<FileServer> {
  let sent = 0;
  const server = createServer((request, response) => {
    const { range, 'if-range': ifRange } = request.headers;
    self.requests.push({ range, ifRange: ifRange as string | undefined });
    const scripted = self.script.shift();
    if (scripted === undefined) void serve(request, response);
    else scripted(response, request);
  });

  async function serve({ headers }: IncomingMessage, response: ServerResponse): Promise<void> {
    const bytes = self.content;
    const [, from = '0', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? [];
    const isSame = headers['if-range'] === undefined || headers['if-range'] === self.etag;
    const isPart = ranges && headers.range !== undefined && isSame;
    const [start, end] = isPart
      ? [Number(from), Math.min(bytes.length, to === '' ? bytes.length : Number(to) + 1)]
      : [0, bytes.length];
    if (start >= bytes.length && bytes.length > 0) {
      response.writeHead(416).end();
      return;
    }
    const contentRange = `bytes ${start}-${end - 1}/${bytes.length}`;
    response.writeHead(isPart ? 206 : 200, {
      ...(isPart ? { 'content-range': contentRange } : {}),
      'content-length': end - start,
      etag: self.etag,
    });
    const began = performance.now();
    for (let at = start; at < end && !response.destroyed; at += PIECE) {
      const piece = bytes.subarray(at, Math.min(end, at + PIECE));
      const ahead = (at - start) / self.speed - (performance.now() - began);
      if (ahead > 2) await pause(ahead);
      if (response.destroyed) return;
      sent += piece.length;
      if (!response.write(piece)) await drained(response);
    }
    response.end();
  }

  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const self: FileServer = {
    ...{ base: `http://127.0.0.1:${port}/`, sent: () => sent, requests: [], script: [] },
    ...{ content, etag: '"one"', speed },
    cut: () => server.closeAllConnections(),
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return self;
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const over = () => {
      response.off('drain', over).off('close', over);
      resolve();
    };
    response.on('drain', over).on('close', over);
  });
}
