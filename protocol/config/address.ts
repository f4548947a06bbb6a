/** Addresses to listen on: `127.0.0.1:8080`, `[::1]:8080`, `localhost:0`. */
export interface Listen {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

export const LISTEN_PATTERN = '^(\\[[0-9a-fA-F:.]+\\]|[A-Za-z0-9.-]+):\\d{1,5}$';

const LISTEN = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/;

export function parseListen(text: string): Listen | undefined {
  const parts = LISTEN.exec(text);
  const host = parts?.[1] ?? parts?.[2];
  const port = Number(parts?.[3]);
  return host === undefined || port > 65_535 ? undefined : { host, port };
}

export function formatListen({ host, port }: Listen): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether only this machine can reach it, by its text alone: a name other than localhost may not. */
export function isLoopback(host: string): boolean {
  return (
    host === '::1' ||
    host.toLowerCase() === 'localhost' ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
  );
}
