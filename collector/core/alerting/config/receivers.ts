/** Receivers as they are written: a name and lists of channels, each checked by its own kind. */
import type { Finding } from '../../../../protocol/config/problem.ts';
import type { Mapping, Section } from './section.ts';

/** What the registry of notifiers knows of its kinds. */
export interface ChannelRules {
  /** e.g. `webhook_configs`. */
  readonly keys: readonly string[];
  /** Keys of `global` that they take. */
  readonly globalKeys: readonly string[];
  check(key: string, value: unknown, global: Mapping, path: readonly string[]): readonly Finding[];
}

export interface ChannelDraft {
  /** e.g. `webhook_configs`. */
  readonly key: string;
  readonly index: number;
  readonly value: unknown;
  readonly path: readonly string[];
}

export interface ReceiverDraft {
  readonly name: string;
  readonly channels: readonly ChannelDraft[];
}

/** Kinds that Alertmanager has and this program does not. */
const ELSEWHERE = [
  'discord_configs',
  'incidentio_configs',
  'jira_configs',
  'mattermost_configs',
  'msteams_configs',
  'msteamsv2_configs',
  'opsgenie_configs',
  'pagerduty_configs',
  'pushover_configs',
  'rocketchat_configs',
  'sns_configs',
  'telegram_configs',
  'victorops_configs',
  'webex_configs',
  'wechat_configs',
];

export function readReceiver(
  section: Section,
  rules: ChannelRules,
  global: Mapping,
): ReceiverDraft {
  const name = section.text('name') ?? '';
  if (name === '') section.refuse('missing', ['name'], 'missing name in receiver');
  const channels = rules.keys.flatMap((key) =>
    (section.list(key) ?? []).map((value, index): ChannelDraft => {
      const path = [...section.keys, key, String(index)];
      section.problems.push(...rules.check(key, value, global, path));
      return { key, index, value, path };
    }),
  );
  for (const key of ELSEWHERE) {
    if (rules.keys.includes(key) || !section.has(key)) continue;
    const message = 'this kind of channel is not built in';
    const hint = `use webhook_configs or exec_configs; built in: ${rules.keys.join(', ')}`;
    section.refuse('not-allowed', [key], message, hint);
    section.raw(key);
  }
  section.end();
  return { name, channels };
}
