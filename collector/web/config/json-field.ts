/** A text area that holds an object as JSON. */
import type { Tree, TreeValue } from '../../../protocol/messages/tree.ts';
import { h } from '../dom.ts';

export class JsonField {
  readonly element: HTMLElement;
  private readonly area: HTMLTextAreaElement;

  constructor(id: string, label: string, rows: number) {
    this.area = h('textarea', { id, class: 'field code', rows, spellcheck: 'false' });
    this.element = h('div', {}, h('label', { for: id }, label), this.area);
  }

  set(tree: Tree): void {
    this.area.value = JSON.stringify(tree, undefined, 2);
  }

  /** Throws what is wrong with the text, for people. */
  read(): Tree {
    const value = this.parsed();
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Tree;
    throw new Error('The text is no JSON object: it begins with { and ends with }.');
  }

  private parsed(): TreeValue {
    try {
      return JSON.parse(this.area.value) as TreeValue;
    } catch (error) {
      this.area.focus();
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`The text is no JSON: ${reason}`);
    }
  }
}

/** On one line, for a cell. */
export function shortJson(value: TreeValue | undefined): string {
  return value === undefined ? '–' : JSON.stringify(value);
}
