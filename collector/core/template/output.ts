/** Where a template writes to: as it is, or escaped for the place in HTML. */
import { TemplateError } from './errors.ts';
import { HtmlContext } from './html-context.ts';
import { printed } from './printf.ts';
import type { Value } from './values.ts';

export class Output {
  private readonly parts: string[] = [];
  private readonly html: HtmlContext | undefined;
  private room: number;

  constructor(html: boolean, maxLength: number) {
    this.html = html ? new HtmlContext() : undefined;
    this.room = maxLength;
  }

  /** The template's own text. */
  text(text: string): void {
    this.add(this.html === undefined ? text : this.html.follow(text));
  }

  value(value: Value): void {
    const text = value === undefined ? '<no value>' : printed(value);
    this.add(this.html === undefined ? text : this.html.escape(value, text));
  }

  toString(): string {
    return this.parts.join('');
  }

  private add(text: string): void {
    this.room -= text.length;
    if (this.room < 0) {
      throw new TemplateError('limit', 'the template writes more than is allowed');
    }
    this.parts.push(text);
  }
}
