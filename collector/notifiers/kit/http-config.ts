/** `http_config` and `tls_config`: how an HTTP receiver is reached. */
import { hide, type Secret } from '../../../protocol/config/secret.ts';
import type { HttpRequest, SecretReader, TlsOptions } from '../../ports/notify.ts';
import type { Fields, SecretSource } from './fields.ts';
import { reveal } from './secrets.ts';

export interface HttpConfig {
  readonly authorization: Authorization | undefined;
  readonly tls: TlsConfig | undefined;
  readonly proxyUrl: Secret | undefined;
  readonly followRedirects: boolean;
}

type Authorization =
  | {
      readonly kind: 'basic';
      readonly username: string;
      readonly password: SecretSource | undefined;
    }
  | { readonly kind: 'scheme'; readonly scheme: string; readonly credentials: SecretSource };

export interface TlsConfig {
  readonly ca: SecretSource | undefined;
  readonly cert: SecretSource | undefined;
  readonly key: SecretSource | undefined;
  readonly serverName: string | undefined;
  readonly insecureSkipVerify: boolean;
  readonly minVersion: (typeof VERSIONS)[number] | undefined;
}

const VERSIONS = ['TLS10', 'TLS11', 'TLS12', 'TLS13'] as const;
const NODE_VERSIONS = {
  TLS10: 'TLSv1',
  TLS11: 'TLSv1.1',
  TLS12: 'TLSv1.2',
  TLS13: 'TLSv1.3',
} as const;

export const DEFAULT_HTTP: HttpConfig = {
  authorization: undefined,
  tls: undefined,
  proxyUrl: undefined,
  followRedirects: true,
};

export function readHttpConfig(fields: Fields): HttpConfig {
  const basic = fields.group('basic_auth', readBasic);
  const scheme = fields.group('authorization', readScheme);
  const bearer = fields.secret('bearer_token');
  const proxy = fields.text('proxy_url');
  if ([basic, scheme, bearer].filter((one) => one !== undefined).length > 1) {
    fields.problem('authorization', 'at most one of basic_auth, authorization and bearer_token');
  }
  if (proxy !== undefined && !/^http:\/\//.test(proxy)) {
    fields.problem('proxy_url', 'must be the address of an HTTP proxy', 'e.g. http://proxy:3128');
  }
  // Both are the defaults of Go's client and need no say of ours; named, so that files load.
  fields.flag('enable_http2', true);
  return {
    authorization:
      basic ??
      scheme ??
      (bearer === undefined
        ? undefined
        : { kind: 'scheme', scheme: 'Bearer', credentials: bearer }),
    tls: fields.group('tls_config', readTls),
    proxyUrl: proxy === undefined ? undefined : hide(proxy),
    followRedirects: fields.flag('follow_redirects', true),
  };
}

function readBasic(fields: Fields): Authorization {
  return {
    kind: 'basic',
    username: fields.needed('username', 'the name to log in with'),
    password: fields.secret('password'),
  };
}

function readScheme(fields: Fields): Authorization | undefined {
  const scheme = fields.text('type') ?? 'Bearer';
  const credentials = fields.neededSecret('credentials');
  return credentials === undefined ? undefined : { kind: 'scheme', scheme, credentials };
}

export function readTls(fields: Fields): TlsConfig {
  return {
    ca: fields.secret('ca'),
    cert: fields.secret('cert'),
    key: fields.secret('key'),
    serverName: fields.text('server_name'),
    insecureSkipVerify: fields.flag('insecure_skip_verify', false),
    minVersion: fields.choice('min_version', VERSIONS),
  };
}

export async function tlsOptions(config: TlsConfig, reader: SecretReader): Promise<TlsOptions> {
  const read = async (source: SecretSource | undefined) =>
    source === undefined ? undefined : reveal(source, reader);
  const [ca, cert, key] = await Promise.all([read(config.ca), read(config.cert), read(config.key)]);
  return {
    ...(ca === undefined ? {} : { ca: ca.reveal() }),
    ...(cert === undefined ? {} : { cert: cert.reveal() }),
    ...(key === undefined ? {} : { key }),
    ...(config.serverName === undefined ? {} : { serverName: config.serverName }),
    ...(config.minVersion === undefined ? {} : { minVersion: NODE_VERSIONS[config.minVersion] }),
    insecureSkipVerify: config.insecureSkipVerify,
  };
}

type Reach = Pick<HttpRequest, 'authorization' | 'tls' | 'proxyUrl' | 'followRedirects'>;

/** Reads the secrets of this moment. Throws TransportError. */
export async function reachBy(config: HttpConfig, reader: SecretReader): Promise<Reach> {
  const { authorization, tls, proxyUrl, followRedirects } = config;
  return {
    ...(authorization === undefined
      ? {}
      : { authorization: await headerOf(authorization, reader) }),
    ...(tls === undefined ? {} : { tls: await tlsOptions(tls, reader) }),
    ...(proxyUrl === undefined ? {} : { proxyUrl }),
    followRedirects,
  };
}

async function headerOf(authorization: Authorization, reader: SecretReader): Promise<Secret> {
  if (authorization.kind === 'scheme') {
    const credentials = await reveal(authorization.credentials, reader);
    return hide(`${authorization.scheme} ${credentials.reveal()}`);
  }
  const { username, password } = authorization;
  const word = password === undefined ? '' : (await reveal(password, reader)).reveal();
  return hide(`Basic ${Buffer.from(`${username}:${word}`).toString('base64')}`);
}
