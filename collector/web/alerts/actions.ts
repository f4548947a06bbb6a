/** The buttons of an alert, and the name in which they act. */
import { messageOf } from '../call.ts';
import { h, setText } from '../dom.ts';
import { nameInput } from '../who.ts';
import { acknowledge, giveBack, type PageAlert, silence } from './requests.ts';

export class Actions {
  readonly nameField: HTMLElement;
  readonly failure = h('p', { class: 'failure', role: 'alert' });
  private readonly name: HTMLInputElement;
  private readonly changed: () => void;

  /** `changed`: something was done, and what is shown is old. */
  constructor(changed: () => void) {
    this.changed = changed;
    this.name = nameInput('who');
    this.nameField = h('label', { for: 'who' }, 'You: ', this.name);
  }

  buttons(alert: PageAlert): HTMLElement {
    const about = alert.labels['instance'] ?? alert.labels['site'] ?? alert.fingerprint;
    const subject = `${alert.labels['alertname'] ?? ''} ${about}`;
    const button = (text: string, act: (by: string) => Promise<void>): HTMLElement =>
      h(
        'button',
        {
          type: 'button',
          'aria-label': `${text}: ${subject}`,
          'data-key': `${text} ${alert.fingerprint}`,
          onclick: () => void this.run(act),
        },
        text,
      );
    const taken = alert.acknowledgement !== undefined;
    return h(
      'div',
      { class: 'actions' },
      taken
        ? button('Give back', (by) => giveBack(alert, by))
        : button('Acknowledge', (by) => acknowledge(alert, by)),
      alert.conditions.includes('silenced')
        ? undefined
        : button('Silence 1 h', (by) => silence(alert, by)),
    );
  }

  private async run(act: (by: string) => Promise<void>): Promise<void> {
    const by = this.name.value.trim();
    if (by === '') {
      setText(this.failure, 'Say who you are first: others want to know who has the alert.');
      this.name.focus();
      return;
    }
    try {
      await act(by);
      setText(this.failure, '');
    } catch (error) {
      setText(this.failure, `Not done: ${messageOf(error)}`);
    }
    this.changed();
  }
}
