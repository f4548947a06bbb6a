/**
 * What every request passes first: the host it asked for, and who sent it.
 *
 * A page anywhere can make a browser send requests to this machine. Names that resolve to loopback
 * (DNS rebinding) are told by the Host header; changes asked for by another site by its Origin.
 */
import type { FastifyInstance } from 'fastify';
import { ApiError } from '../../core/api-errors.ts';
import type { HttpOptions } from './deps.ts';

const LOCAL = ['localhost', '127.0.0.1', '[::1]'];
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': PAGE_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

export function guard(app: FastifyInstance, options: HttpOptions): void {
  const names = new Set([...LOCAL, ...options.hostNames.map((name) => name.toLowerCase())]);
  const anyName = !options.loopback && options.hostNames.length === 0;

  app.addHook('onRequest', (request, reply, done) => {
    void reply.headers(HEADERS);
    const host = request.headers.host ?? '';
    if (!anyName && !names.has(hostName(host))) {
      return done(
        new ApiError(
          'unknown-host',
          `The request names the host ${JSON.stringify(host)}: add it to the configured host names if it is meant to reach this server.`,
        ),
      );
    }
    if (!SAFE.has(request.method) && crossSite(request.headers.origin, host)) {
      return done(new ApiError('cross-site', `The request comes from ${request.headers.origin}.`));
    }
    done();
  });
}

function hostName(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '');
}

function crossSite(origin: string | undefined, host: string): boolean {
  if (origin === undefined) return false;
  return URL.canParse(origin) ? new URL(origin).host !== host.toLowerCase() : true;
}
