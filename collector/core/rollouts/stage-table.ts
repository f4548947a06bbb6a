/** A stage: (state, event) -> state. What is not listed changes nothing. */
export const STAGE_STATES = ['waiting', 'open', 'soaking', 'asking', 'passed', 'stopped'] as const;
export type StageState = (typeof STAGE_STATES)[number];

/**
 * `open`: what it waits for has passed. `ended`: its devices have ended. `held`: its gates held for
 * the soak time. `approve`: a person said so. `again`: a person lets it go on.
 */
export type StageEvent = 'open' | 'ended' | 'held' | 'ask' | 'approve' | 'stop' | 'again';

type Row = Readonly<Partial<Record<StageEvent, StageState>>>;

export const STAGE_TABLE: Readonly<Record<StageState, Row>> = {
  waiting: { open: 'open' },
  open: { ended: 'soaking', stop: 'stopped' },
  soaking: { held: 'passed', ask: 'asking', stop: 'stopped' },
  asking: { approve: 'passed', stop: 'stopped' },
  // Devices that come late are still updated; a gate can stop it no more, others may.
  passed: {},
  stopped: { again: 'open' },
};

export function stepStage(state: StageState, event: StageEvent): StageState | undefined {
  return STAGE_TABLE[state][event];
}
