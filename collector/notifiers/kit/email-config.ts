/** The keys of `email_configs`. */
import type { Fields, SecretSource } from './fields.ts';
import { readTls, type TlsConfig } from './http-config.ts';

export interface EmailConfig {
  readonly host: string;
  readonly port: number;
  readonly hello: string;
  readonly requireTls: boolean;
  readonly tls: TlsConfig | undefined;
  readonly login: LoginConfig | undefined;
  /** The following are templates. */
  readonly from: string;
  readonly to: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly html: string;
  readonly text: string;
}

interface LoginConfig {
  readonly username: string;
  readonly password: SecretSource;
  readonly identity?: string;
  readonly method?: 'CRAM-MD5';
}

const SUBJECT = '{{ template "email.default.subject" . }}';
const HTML = '{{ template "email.default.html" . }}';
const TEXT = '{{ template "email.default.text" . }}';

export function readEmail(fields: Fields): EmailConfig {
  const { host, port } = readHost(fields);
  const from = fields.needed(
    'from',
    'who sends, e.g. muster@example.org; smtp_from does it for all',
  );
  const to = readRecipients(fields);
  fields.checkTemplate('from', from);
  fields.checkTemplate('to', to);
  return {
    host,
    port,
    hello: fields.text('hello') ?? 'localhost',
    requireTls: fields.flag('require_tls', true),
    tls: fields.group('tls_config', readTls),
    login: readLogin(fields),
    from,
    to,
    headers: readHeaders(fields),
    html: fields.template('html', HTML),
    text: fields.template('text', TEXT),
  };
}

function readHost(fields: Fields): { readonly host: string; readonly port: number } {
  const smarthost = fields.needed('smarthost', 'the mail server, e.g. mail.example.org:587');
  const parts = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(smarthost);
  const port = Number(parts?.[3]);
  if (smarthost !== '' && (parts === null || port > 65_535)) {
    fields.problem('smarthost', 'must be a host and a port', 'e.g. mail.example.org:587');
  }
  return { host: parts?.[1] ?? parts?.[2] ?? '', port };
}

/** One text with commas as in Alertmanager, or a list. */
function readRecipients(fields: Fields): string {
  if (fields.isList('to')) return (fields.texts('to') ?? []).join(', ');
  return fields.needed('to', 'whom to write to, e.g. ops@example.org');
}

function readLogin(fields: Fields): LoginConfig | undefined {
  const username = fields.text('auth_username') ?? '';
  const password = fields.secret('auth_password');
  const shared = fields.secret('auth_secret');
  const identity = fields.text('auth_identity') ?? '';
  const word = password ?? shared;
  if (username === '') {
    // Globals may hold a password without a name; a name is what asks for a login.
    return undefined;
  }
  if (word === undefined) {
    fields.problem('auth_password', 'is needed with auth_username', 'or auth_password_file');
    return undefined;
  }
  return {
    username,
    password: word,
    ...(identity === '' ? {} : { identity }),
    ...(password === undefined ? { method: 'CRAM-MD5' as const } : {}),
  };
}

function readHeaders(fields: Fields): Readonly<Record<string, string>> {
  const written = Object.entries(fields.named('headers'));
  const headers: Record<string, string> = { Subject: SUBJECT };
  const seen = new Set<string>();
  for (const [name, value] of written) {
    const canonical = name
      .toLowerCase()
      .replaceAll(/(^|-)([a-z])/g, (found) => found.toUpperCase());
    if (!/^[!-9;-~]+$/.test(name))
      fields.problem('headers', `${JSON.stringify(name)} is no name of a header`);
    if (seen.has(canonical)) fields.problem('headers', `${canonical} is given twice`);
    seen.add(canonical);
    fields.checkTemplate('headers', value);
    headers[canonical] = value;
  }
  return headers;
}
