/** The `global` block, and how a receiver's channels take from it what they do not say themselves. */
import type { Finding } from '../../../protocol/config/problem.ts';
import { Fields, isTree, type Tree } from './fields.ts';
import { readHttpConfig, readTls } from './http-config.ts';

export interface Globals {
  readonly resolveTimeoutMs: number;
  /** As written, for `applyGlobals`. */
  readonly tree: Tree;
}

const DEFAULT_GLOBALS: Globals = { resolveTimeoutMs: 300_000, tree: {} };

// What a channel's key is called in `global`.
const EMAIL: Readonly<Record<string, string>> = {
  from: 'smtp_from',
  smarthost: 'smtp_smarthost',
  hello: 'smtp_hello',
  auth_username: 'smtp_auth_username',
  auth_identity: 'smtp_auth_identity',
  require_tls: 'smtp_require_tls',
  tls_config: 'smtp_tls_config',
};
const EMAIL_SECRETS: Readonly<Record<string, string>> = {
  auth_password: 'smtp_auth_password',
  auth_secret: 'smtp_auth_secret',
};
const SLACK_SECRETS: Readonly<Record<string, string>> = { api_url: 'slack_api_url' };
const HTTP: Readonly<Record<string, string>> = { http_config: 'http_config' };

interface Inherited {
  readonly plain: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

const INHERITED: ReadonlyMap<string, Inherited> = new Map([
  ['email_configs', { plain: EMAIL, secrets: EMAIL_SECRETS }],
  ['slack_configs', { plain: HTTP, secrets: SLACK_SECRETS }],
  ['webhook_configs', { plain: HTTP, secrets: {} }],
]);

// Of channels that do not exist here: taken from Alertmanager's files as they are, and of no effect.
const ELSEWHERE = [
  'pagerduty_url',
  'opsgenie_api_key',
  'opsgenie_api_key_file',
  'opsgenie_api_url',
  'wechat_api_url',
  'wechat_api_secret',
  'wechat_api_corp_id',
  'victorops_api_key',
  'victorops_api_key_file',
  'victorops_api_url',
  'telegram_api_url',
  'webex_api_url',
  'jira_api_url',
  'rocketchat_api_url',
  'rocketchat_token',
  'rocketchat_token_file',
  'rocketchat_token_id',
  'rocketchat_token_id_file',
];

export function readGlobals(
  tree: unknown,
  path: readonly string[],
): { readonly globals: Globals; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const fields = new Fields(tree ?? {}, path, findings);
  const resolveTimeoutMs = fields.span('resolve_timeout', DEFAULT_GLOBALS.resolveTimeoutMs);
  fields.group('http_config', readHttpConfig);
  fields.group('smtp_tls_config', readTls);
  fields.flag('smtp_require_tls', true);
  for (const key of ['smtp_from', 'smtp_smarthost', 'smtp_hello']) fields.text(key);
  for (const key of ['smtp_auth_username', 'smtp_auth_identity']) fields.text(key);
  for (const key of ['smtp_auth_password', 'smtp_auth_secret', 'slack_api_url']) fields.secret(key);
  for (const key of ELSEWHERE) fields.text(key);
  fields.done();
  return { globals: { resolveTimeoutMs, tree: isTree(tree) ? tree : {} }, findings };
}

/** A channel's configuration, completed; what it says itself counts. */
export function applyGlobals(globals: Globals, key: string, config: unknown): unknown {
  const inherited = INHERITED.get(key);
  if (inherited === undefined || !isTree(config)) return config;
  const from: Record<string, unknown> = {};
  const take = (own: string, global: string): void => {
    const value = Object.hasOwn(globals.tree, global) ? globals.tree[global] : undefined;
    if (value !== undefined && value !== null) from[own] = value;
  };
  for (const [own, global] of Object.entries(inherited.plain)) take(own, global);
  for (const [own, global] of Object.entries(inherited.secrets)) {
    const saysItself = ['', '_file', '_env'].some((end) => Object.hasOwn(config, own + end));
    if (saysItself) continue;
    for (const end of ['', '_file', '_env']) take(own + end, global + end);
  }
  return { ...from, ...config };
}
