/** What a person may do with a rollout in its state; each is asked about first. */
import {
  type RolloutEvent,
  type RolloutState,
  stepRollout,
} from '../../core/rollouts/rollout-table.ts';
import { askFirst } from '../ask-first.ts';
import { h } from '../dom.ts';
import { button } from '../parts.ts';
import { actOn, type PageRolloutView } from './requests.ts';
import { askRollback } from './rollback.ts';

interface Choice {
  readonly action: string;
  readonly text: string;
  readonly says: string;
  readonly grave?: boolean;
  readonly may: (rollout: PageRolloutView) => boolean;
}

const steps =
  (event: RolloutEvent) =>
  ({ state }: { readonly state: RolloutState }): boolean =>
    stepRollout(state, event) !== undefined;

const CHOICES: readonly Choice[] = [
  {
    action: 'pause',
    text: 'Pause',
    says: 'No further device begins; those on their way go on.',
    may: steps('pause'),
  },
  {
    action: 'resume',
    text: 'Resume',
    says: 'It goes on. After a gate has stopped it, the failures so far are let pass.',
    may: steps('resume'),
  },
  {
    action: 'retry',
    text: 'Retry failed',
    says: 'Devices on which every attempt failed are told again.',
    may: ({ state, counts }) => (state === 'running' || state === 'paused') && counts.failed > 0,
  },
  {
    action: 'abort',
    text: 'Abort',
    says: 'What is on its way is called off; what is updated stays.',
    grave: true,
    may: steps('abort'),
  },
];

/** `changed`: something was done, and what is shown is old. */
export function actions(rollout: PageRolloutView, changed: () => void): HTMLElement {
  const { id, name } = rollout;
  const act = async (action: string, order: object): Promise<void> => {
    await actOn(id, action, order);
    changed();
  };
  const buttons = CHOICES.filter(({ may }) => may(rollout)).map(
    ({ action, text, says, grave = false }) =>
      button(`${text}…`, action, () =>
        askFirst({
          title: `${text}: ${name}`,
          content: [h('p', {}, says)],
          verb: text,
          grave,
          act: (signed) => act(action, signed),
        }),
      ),
  );
  if (steps('revert')(rollout)) {
    const ask = () => askRollback(rollout, (order) => act('rollback', order));
    buttons.push(button('Roll back…', 'rollback', ask));
  }
  return h('div', { class: 'actions' }, ...buttons);
}

export function approveButton(id: string, stage: string, changed: () => void): HTMLElement {
  const act = async (order: object): Promise<void> => {
    await actOn(id, 'approve', { ...order, stage });
    changed();
  };
  const ask = (): void =>
    askFirst({
      title: `Approve the stage ${stage}`,
      content: [h('p', {}, 'Its gates held. The stages that wait for it begin.')],
      verb: 'Approve',
      act,
    });
  return button('Approve…', `approve ${stage}`, ask, `Approve the stage ${stage}…`);
}
