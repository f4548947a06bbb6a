/** `stripPort` and `stripDomain`: what is left of `host:port`. */
import { isIP } from './ip.ts';

interface HostPort {
  readonly host: string;
  readonly port: string;
}

/** Go's net.SplitHostPort; undefined where that is an error. */
function split(text: string): HostPort | undefined {
  const bracketed = /^\[([^[\]]*)\]:([^:[\]]*)$/.exec(text);
  const parts = bracketed ?? /^([^:[\]]*):([^:[\]]*)$/.exec(text);
  return parts === null ? undefined : { host: parts[1] ?? '', port: parts[2] ?? '' };
}

export function stripPort(text: string): string {
  return split(text)?.host ?? text;
}

export function stripDomain(text: string): string {
  const { host, port } = split(text) ?? { host: text, port: '' };
  if (isIP(host)) return text;
  const name = host.split('.')[0] ?? '';
  return port === '' ? name : `${name}:${port}`;
}
