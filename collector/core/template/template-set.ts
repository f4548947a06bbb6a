/** The templates of notifications: our defaults, over them the operator's own files. */
import { DEFAULT_TEMPLATES } from './defaults.ts';
import type { Definition } from './execute.ts';
import { alertmanagerFunctions } from './functions/alertmanager.ts';
import { type NotificationData, templateData } from './notification-data.ts';
import { execute, parseTemplate, type Template } from './template.ts';
import type { Value } from './values.ts';

export interface TemplateFile {
  /** As errors name it. */
  readonly name: string;
  readonly text: string;
}

const MAX_KEPT = 1000;

export class TemplateSet {
  private readonly known: ReadonlyMap<string, Definition>;
  private readonly parsed = new Map<string, Template>();

  /** Throws TemplateError for a file that is not a template. Later files replace earlier ones. */
  constructor(files: readonly TemplateFile[] = []) {
    let known: ReadonlyMap<string, Definition> = new Map();
    for (const { name, text } of [{ name: 'default.tmpl', text: DEFAULT_TEMPLATES }, ...files]) {
      known = parseTemplate(name, text, { functions: PARSING }, known).definitions;
    }
    this.known = known;
  }

  /** Throws TemplateError; for the check of a configuration. */
  check(text: string): void {
    this.parse(text);
  }

  /** Both throw TemplateError. */
  text(text: string, scope: Scope): string {
    return this.render(text, scope, false);
  }

  html(text: string, scope: Scope): string {
    return this.render(text, scope, true);
  }

  private render(text: string, { data, functions }: Scope, html: boolean): string {
    if (!text.includes('{{')) return text;
    const template = this.parse(text);
    return execute({ ...template, options: { html } }, data, functions);
  }

  private parse(text: string): Template {
    const kept = this.parsed.get(text);
    if (kept !== undefined) return kept;
    const template = parseTemplate('', text, { functions: PARSING }, this.known);
    if (this.parsed.size >= MAX_KEPT) this.parsed.clear();
    this.parsed.set(text, template);
    return template;
  }
}

/** The data of one notification, made once for all of its templates. */
export interface Scope {
  readonly data: Value;
  readonly functions: ReturnType<typeof alertmanagerFunctions>;
}

export function scopeOf(data: NotificationData, now: number): Scope {
  return { data: templateData(data), functions: alertmanagerFunctions(now) };
}

const PARSING = alertmanagerFunctions(0);
