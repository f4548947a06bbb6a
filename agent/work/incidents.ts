/** Losses that the agent knows of, told to the collector as gaps with their cause. */
import type { DeviceEvent, Gap } from '../../protocol/messages/event.ts';
import type { BufferOpening, Clock, Log, RecordBuffer, StoredRecord } from '../ports.ts';
import type { Recording } from './recording.ts';

export interface IncidentDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly buffer: RecordBuffer;
  readonly recording: Recording;
}

/** What an unclean end of the agent's last life may have cost: from its last record until now. */
export async function reportOpening({
  clock,
  log,
  buffer,
  recording,
}: IncidentDeps): Promise<void> {
  const { how, lastTo, previousEpoch, detail } = buffer.opening;
  if (how === 'new' || how === 'clean') return;
  log.warn('the buffer was not closed cleanly', { how, detail });
  const now = Math.round(clock.wall());
  const gap: Gap = {
    from: Math.min(lastTo ?? now, now),
    to: now,
    cause: causeOf(how),
    numbers: [],
    ...(previousEpoch === undefined ? {} : { epoch: previousEpoch }),
  };
  const event: DeviceEvent = {
    wall: now,
    name: 'agent.unclean-start',
    severity: gap.cause === 'damaged' ? 'error' : 'warning',
    text: detail,
    attributes: new Map([['how', how]]),
  };
  await recording.event([event], [gap]);
}

/** The collector left a record unacknowledged while later ones passed: it becomes a gap. */
export async function giveUp(deps: IncidentDeps, record: StoredRecord): Promise<void> {
  const { epoch, number, from, to, samples } = record;
  const numbers = [{ first: number, last: number }];
  deps.log.warn('the collector does not take a record; it is reported as a gap', { epoch, number });
  await deps.recording.event([], [{ from, to, cause: 'refused', numbers, epoch, samples }]);
  await deps.buffer.acknowledge(epoch, numbers);
}

function causeOf(how: BufferOpening['how']): Gap['cause'] {
  return how === 'killed' || how === 'power' ? how : 'damaged';
}
