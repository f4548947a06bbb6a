/** The texts of a Slack message as configured, templates not yet filled in. */
import type { Fields } from './fields.ts';

export interface SlackTexts {
  readonly channel: string;
  readonly username: string;
  readonly color: string;
  readonly title: string;
  readonly titleLink: string;
  readonly pretext: string;
  readonly text: string;
  readonly fallback: string;
  readonly callbackId: string;
  readonly footer: string;
  readonly iconEmoji: string;
  readonly iconUrl: string;
  readonly imageUrl: string;
  readonly thumbUrl: string;
  readonly linkNames: boolean;
  readonly markdownIn: readonly string[];
  readonly fields: readonly SlackField[];
  readonly actions: readonly SlackAction[];
}

export interface SlackField {
  readonly title: string;
  readonly value: string;
  readonly short: boolean;
}

/** Keys as Slack's; texts may be templates. */
export type SlackAction = Readonly<Record<string, string | Readonly<Record<string, string>>>>;

const COLOR = '{{ if eq .Status "firing" }}danger{{ else }}good{{ end }}';

export function readSlackTexts(fields: Fields): SlackTexts {
  const named = (key: string, template: string) =>
    fields.template(key, `{{ template "slack.default.${template}" . }}`);
  const shortFields = fields.flag('short_fields', false);
  return {
    channel: fields.template('channel', ''),
    username: named('username', 'username'),
    color: fields.template('color', COLOR),
    title: named('title', 'title'),
    titleLink: named('title_link', 'titlelink'),
    pretext: named('pretext', 'pretext'),
    text: named('text', 'text'),
    fallback: named('fallback', 'fallback'),
    callbackId: named('callback_id', 'callbackid'),
    footer: named('footer', 'footer'),
    iconEmoji: named('icon_emoji', 'iconemoji'),
    iconUrl: named('icon_url', 'iconurl'),
    imageUrl: fields.template('image_url', ''),
    thumbUrl: fields.template('thumb_url', ''),
    linkNames: fields.flag('link_names', false),
    markdownIn: fields.texts('mrkdwn_in') ?? ['fallback', 'pretext', 'text'],
    fields: fields.list('fields', (field) => readField(field, shortFields)),
    actions: fields.list('actions', readAction),
  };
}

function readField(fields: Fields, short: boolean): SlackField {
  const title = fields.needed('title', 'what stands above the value');
  const value = fields.needed('value', 'what the field says');
  fields.checkTemplate('title', title);
  fields.checkTemplate('value', value);
  return { title, value, short: fields.flag('short', short) };
}

const ACTION_TEXTS = ['url', 'style', 'name', 'value'];

function readAction(fields: Fields): SlackAction {
  const type = fields.needed('type', 'button, for one');
  const text = fields.needed('text', 'what the button says');
  const action: Record<string, string | Readonly<Record<string, string>>> = { type, text };
  for (const key of ACTION_TEXTS) {
    const value = fields.template(key, '');
    if (value !== '') action[key] = value;
  }
  const confirm = fields.group('confirm', readConfirmation);
  if (confirm !== undefined) action['confirm'] = confirm;
  return action;
}

function readConfirmation(fields: Fields): Readonly<Record<string, string>> {
  const found: Record<string, string> = { text: fields.needed('text', 'what is asked') };
  for (const key of ['title', 'ok_text', 'dismiss_text']) {
    const value = fields.template(key, '');
    if (value !== '') found[key] = value;
  }
  return found;
}
