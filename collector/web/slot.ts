/** A part of a view that is drawn anew when what it shows has changed, and only then. */
import type { Child } from './dom.ts';

export class Slot {
  readonly element: HTMLElement;
  private drawn = '';

  constructor(element: HTMLElement) {
    this.element = element;
  }

  /**
   * `state`: all that `build` shows, as plain data. What somebody reads or is about to press stays
   * as it is while nothing changes; who has the focus keeps it by `data-key`.
   */
  show(state: unknown, build: () => readonly Child[]): void {
    const next = JSON.stringify(state);
    if (next === this.drawn) return;
    this.drawn = next;
    const { activeElement } = document;
    const key = this.element.contains(activeElement)
      ? (activeElement?.getAttribute('data-key') ?? undefined)
      : undefined;
    this.element.replaceChildren(...build().filter((child) => child !== undefined));
    if (key === undefined) return;
    this.element.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus();
  }
}
