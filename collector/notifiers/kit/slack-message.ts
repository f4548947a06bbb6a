/** The JSON that Slack takes, templates filled in; keys that are empty are left out. */
import type { SlackAction, SlackTexts } from './slack-texts.ts';

type Filled = SlackAction;

interface Attachment {
  readonly [key: string]: unknown;
  readonly actions?: readonly Filled[];
}

interface SlackMessage {
  readonly [key: string]: unknown;
  readonly attachments: readonly Attachment[];
}

/** Slack cuts longer ones itself, in the middle of a letter. */
const MAX_TITLE = 1024;

export function slackMessage(texts: SlackTexts, fill: (text: string) => string): SlackMessage {
  const actions = texts.actions.map((action) => filledAction(action, fill));
  const attachment = {
    ...given({
      title: cut(fill(texts.title)),
      title_link: fill(texts.titleLink),
      pretext: fill(texts.pretext),
      text: fill(texts.text),
      fallback: fill(texts.fallback),
      callback_id: fill(texts.callbackId),
      footer: fill(texts.footer),
      color: fill(texts.color),
      image_url: fill(texts.imageUrl),
      thumb_url: fill(texts.thumbUrl),
    }),
    mrkdwn_in: texts.markdownIn,
    ...(texts.fields.length === 0
      ? {}
      : {
          fields: texts.fields.map(({ title, value, short }) => ({
            title: fill(title),
            value: fill(value),
            short,
          })),
        }),
    ...(actions.length === 0 ? {} : { actions }),
  };
  return {
    ...given({
      channel: fill(texts.channel),
      username: fill(texts.username),
      icon_emoji: fill(texts.iconEmoji),
      icon_url: fill(texts.iconUrl),
    }),
    ...(texts.linkNames ? { link_names: true } : {}),
    attachments: [attachment],
  };
}

function filledAction(action: SlackAction, fill: (text: string) => string): Filled {
  const entries = Object.entries(action).map(([key, value]) => [
    key,
    typeof value === 'string' ? fill(value) : filledAction(value, fill),
  ]);
  return Object.fromEntries(entries) as Filled;
}

function given(texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ''));
}

function cut(title: string): string {
  const letters = Array.from(title);
  return letters.length <= MAX_TITLE ? title : `${letters.slice(0, MAX_TITLE - 1).join('')}…`;
}
