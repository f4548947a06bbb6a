/**
 * The configuration as it is shown: without secrets, and without what Alertmanager's own tools would
 * stumble over. `amtool config routes` parses what it is shown, strictly.
 */
import { dump } from 'js-yaml';
import { parseYaml } from './load.ts';
import { isMapping, type Mapping } from './section.ts';

const SECRET = '<secret>';
const SECRET_KEY =
  /^(.*password|.*secret|.*_key|.*token|bot_token|credentials|.*api_url|slack_api_url|urls?|headers|proxy_url)$/;
/** Keys with such names that hold no secret. */
const PLAIN_KEY =
  /^(group_key|.*_file|victorops_api_url|opsgenie_api_url|wechat_api_url|telegram_api_url|webex_api_url|pagerduty_url)$/;

/** Ways to name a secret that Debian's amtool does not know. */
const FROM_ELSEWHERE = /^(.+)_env$|^(url)_file$/;
const HIDDEN_URL = 'http://hidden.invalid/';

/** Channels that Debian's amtool reads. */
const KNOWN_CHANNELS = new Set(['webhook_configs', 'slack_configs', 'email_configs']);

export function shownConfig(text: string): string {
  const tree = parseYaml(text);
  if (!isMapping(tree)) return '';
  const left: string[] = [];
  const receivers = Array.isArray(tree['receivers'])
    ? tree['receivers'].map((one: unknown) => knownReceiver(one, left))
    : tree['receivers'];
  const shown = dump(hidden({ ...tree, receivers }), { lineWidth: -1, noRefs: true });
  const note = left.map((line) => `# not shown, because amtool cannot read it: ${line}\n`);
  return note.join('') + shown;
}

function knownReceiver(receiver: unknown, left: string[]): unknown {
  if (!isMapping(receiver)) return receiver;
  const entries = Object.entries(receiver).filter(([key, value]) => {
    if (!key.endsWith('_configs') || KNOWN_CHANNELS.has(key)) return true;
    const count = Array.isArray(value) ? value.length : 0;
    left.push(`${count} of ${key} of receiver ${JSON.stringify(receiver['name'])}`);
    return false;
  });
  return Object.fromEntries(entries);
}

function hidden(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hidden);
  return isMapping(value) ? hiddenMapping(value) : value;
}

function hiddenMapping(tree: Mapping): Mapping {
  const shown: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(tree)) {
    if (value === undefined) continue;
    const [, env, file] = FROM_ELSEWHERE.exec(key) ?? [];
    const own = env ?? file;
    if (own === undefined) shown[key] = isSecret(key, value) ? veil(key, value) : hidden(value);
    else shown[own] = own === 'url' ? HIDDEN_URL : SECRET;
  }
  return shown;
}

function isSecret(key: string, value: unknown): boolean {
  return SECRET_KEY.test(key) && !PLAIN_KEY.test(key) && value !== null && value !== '';
}

/** An address stays one, for those who parse it. */
function veil(key: string, value: unknown): unknown {
  if (isMapping(value)) {
    return Object.fromEntries(Object.keys(value).map((name) => [name, SECRET]));
  }
  if (key === 'url' && typeof value === 'string' && URL.canParse(value)) {
    const { origin, pathname, search, username } = new URL(value);
    const plain = pathname === '/' && search === '' && username === '';
    return plain ? origin : `${origin}/${SECRET}`;
  }
  return SECRET;
}
