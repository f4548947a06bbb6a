/** A tunnel through an HTTP proxy (CONNECT), for what is encrypted end to end. */
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { TransportError } from '../../ports/notify.ts';

export function tunnel(proxy: URL, target: URL, signal: AbortSignal): Promise<Socket> {
  const authority = `${target.hostname}:${target.port === '' ? '443' : target.port}`;
  const headers: Record<string, string> = { Host: authority };
  if (proxy.username !== '') {
    const login = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
    headers['Proxy-Authorization'] = `Basic ${Buffer.from(login).toString('base64')}`;
  }
  return new Promise((resolve, reject) => {
    const asked = request(new URL(proxy.origin), {
      method: 'CONNECT',
      path: authority,
      headers,
      signal,
      agent: false,
    });
    asked.once('connect', (answer, socket: Socket) => {
      if (answer.statusCode === 200) return resolve(socket);
      socket.destroy();
      const retry = (answer.statusCode ?? 0) >= 500;
      reject(
        new TransportError(`the proxy ${proxy.host} answered ${answer.statusCode ?? 0}`, retry),
      );
    });
    asked.once('error', reject);
    asked.end();
  });
}
