/**
 * Where in an HTML text the output stands, and what a value must be there.
 *
 * html/template finds this out before a template runs; here it is followed while it writes, which
 * gives the same answers for every path that is really taken.
 */
import { escapeHtml, escapeJs, escapeQuery } from './escape.ts';
import { SafeText, type Value } from './values.ts';

type Place =
  | 'text'
  | 'tag'
  | 'attribute-name'
  | 'after-name'
  | 'before-value'
  | 'value'
  | 'comment'
  | 'raw';
type AttributeKind = 'plain' | 'url' | 'css' | 'script';

const URL_ATTRIBUTES = new Set(
  'action archive background cite classid codebase data formaction href icon longdesc manifest poster profile src usemap'.split(
    ' ',
  ),
);
const RAW_ELEMENTS = new Set(['script', 'style', 'textarea', 'title']);
const SAFE_SCHEME = /^(?:https?|mailto):/i;

export class HtmlContext {
  private place: Place = 'text';
  private element = '';
  private attribute = '';
  /** Of the value: a quote, or '' for none. */
  private quote = '';
  /** The attribute's value so far. */
  private written = '';
  /** What was read last is left out. */
  private skipped = false;

  /** Reads the template's own text; comments are left out, as html/template leaves them out. */
  follow(text: string): string {
    let out = '';
    let at = 0;
    while (at < text.length) {
      const end = this.advance(text, at);
      if (!this.skipped) out += text.slice(at, end);
      at = end;
    }
    return out;
  }

  private advance(text: string, at: number): number {
    this.skipped = false;
    switch (this.place) {
      case 'text':
        return this.inText(text, at);
      case 'comment': {
        this.skipped = true;
        const end = text.indexOf('-->', at);
        if (end === -1) return text.length;
        this.place = 'text';
        return end + 3;
      }
      case 'raw':
        return this.inRaw(text, at);
      case 'value':
        return this.inValue(text, at);
      default:
        return this.inTag(text, at);
    }
  }

  private inText(text: string, at: number): number {
    if (text.startsWith('<!--', at)) {
      this.place = 'comment';
      this.skipped = true;
      return at + 4;
    }
    const tag = /^<\/?([a-zA-Z][^\s/>]*)/.exec(text.slice(at, at + 200));
    if (tag !== null) {
      this.place = 'tag';
      this.element = tag[0].startsWith('</') ? '' : (tag[1] ?? '').toLowerCase();
      return at + tag[0].length;
    }
    const next = text.indexOf('<', at + 1);
    return next === -1 ? text.length : next;
  }

  private inRaw(text: string, at: number): number {
    const end = text.toLowerCase().indexOf(`</${this.element}`, at);
    if (end === -1) return text.length;
    this.place = 'text';
    if (end > at) return end;
    return this.inText(text, at);
  }

  private inTag(text: string, at: number): number {
    const char = text[at] ?? '';
    if (char === '>') {
      this.place = RAW_ELEMENTS.has(this.element) ? 'raw' : 'text';
      return at + 1;
    }
    if (/\s/.test(char)) {
      if (this.place === 'attribute-name') this.place = 'after-name';
      return at + 1;
    }
    if (this.place === 'before-value') {
      this.quote = char === '"' || char === "'" ? char : '';
      this.place = 'value';
      this.written = '';
      return this.quote === '' ? at : at + 1;
    }
    if (char === '=' && this.place !== 'tag') {
      this.place = 'before-value';
      return at + 1;
    }
    if (this.place !== 'attribute-name') this.attribute = '';
    this.place = char === '/' ? 'tag' : 'attribute-name';
    if (char !== '/') this.attribute += char.toLowerCase();
    return at + 1;
  }

  private inValue(text: string, at: number): number {
    let end = at;
    const ends = this.quote === '' ? /[\s>]/ : undefined;
    while (end < text.length && !(ends?.test(text[end] ?? '') ?? text[end] === this.quote))
      end += 1;
    this.written += text.slice(at, end);
    if (end === text.length) return end;
    this.place = 'tag';
    return this.quote === '' ? end : end + 1;
  }

  /** `text` is what the value prints. */
  escape(value: Value, text: string): string {
    // html/template shows nothing for what is not there.
    const plain = value === undefined || value === null ? '' : text;
    switch (this.place) {
      case 'text':
        return value instanceof SafeText && value.kind === 'html' ? plain : forText(plain);
      case 'comment':
        return '';
      case 'raw':
        return this.inRawElement(value, plain);
      case 'before-value':
        this.place = 'value';
        this.quote = '';
        this.written = '';
        return this.inAttribute(value, plain);
      case 'value':
        return this.inAttribute(value, plain);
      default:
        return /^[a-zA-Z0-9-]+$/.test(plain) && !/^(?:on|style|src|href)/i.test(plain)
          ? plain
          : 'ZgotmplZ';
    }
  }

  private inRawElement(value: Value, text: string): string {
    if (this.element === 'script') return scriptValue(value, text);
    return this.element === 'style' ? cssValue(text) : forText(text);
  }

  private inAttribute(value: Value, text: string): string {
    const escaped = this.ofAttribute(value, text);
    this.written += escaped;
    const quoted = forText(escaped);
    return this.quote === ''
      ? quoted.replaceAll(/[\s=`]/g, (char) => `&#${char.charCodeAt(0)};`)
      : quoted;
  }

  private ofAttribute(value: Value, text: string): string {
    switch (attributeKind(this.attribute)) {
      case 'url':
        return this.inUrl(value, text);
      case 'css':
        return cssValue(text);
      case 'script':
        return scriptValue(value, text);
      default:
        return value instanceof SafeText && value.kind === 'html'
          ? text.replaceAll(/<[^>]*>/g, '')
          : text;
    }
  }

  private inUrl(value: Value, text: string): string {
    if (/[?#]/.test(this.written)) return lowered(escapeQuery(text));
    const safe = value instanceof SafeText && value.kind === 'url';
    if (this.written === '' && !safe && hasScheme(text) && !SAFE_SCHEME.test(text))
      return '#ZgotmplZ';
    return normalizedUrl(text);
  }
}

function attributeKind(name: string): AttributeKind {
  const plain = name.replace(/^(?:data-|[^:]*:)/, '');
  if (plain.startsWith('on')) return 'script';
  if (plain === 'style') return 'css';
  return URL_ATTRIBUTES.has(plain) || /src|uri|url/.test(plain) ? 'url' : 'plain';
}

function hasScheme(text: string): boolean {
  return /^[^/?#]*:/.test(text);
}

/** Encodes what may not stand in a URL, and leaves what is encoded already. */
function normalizedUrl(text: string): string {
  return text.replaceAll(/%(?![0-9a-fA-F]{2})|[^!#$&*+,/:;=?@[\]\w.~%-]/gu, (char) =>
    char === '%' ? '%25' : lowered(escapeQuery(char)),
  );
}

/** html/template writes the digits of percents small, and a space as one of them. */
function lowered(encoded: string): string {
  return encoded.replaceAll('+', '%20').replaceAll(/%../g, (found) => found.toLowerCase());
}

function scriptValue(value: Value, text: string): string {
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return ` ${text} `;
  return `"${escapeJs(text)}"`;
}

function cssValue(text: string): string {
  return /^[\w\s#%.,-]*$/.test(text) && !/expression/i.test(text) ? text : 'ZgotmplZ';
}

/** html/template also hides the plus, which some readers take for UTF-7. */
function forText(text: string): string {
  return escapeHtml(text).replaceAll('+', '&#43;');
}
