/** Losses that the agent knows of, told to the collector as gaps with their cause. */
import type { DeviceEvent, Gap } from '../../protocol/messages/event.ts';
import type { BufferOpening, Log, RecordBuffer, StoredRecord } from '../ports.ts';
import type { Recording } from './recording.ts';

export interface IncidentDeps {
  readonly log: Log;
  readonly buffer: RecordBuffer;
  readonly recording: Recording;
}

/** A decoder takes so much text; what LevelDB says of damage can be long. */
const MOST_TEXT = 1_000;

/**
 * What an unclean end of the agent's last life may have cost: from its last record until now.
 * Answers whether that is told; if the process is killed right after, it is told once more.
 */
export async function reportOpening(deps: IncidentDeps): Promise<boolean> {
  const { log, buffer } = deps;
  const { how, detail } = buffer.opening;
  if (how === 'new' || how === 'clean') return true;
  log.warn('the buffer was not closed cleanly', { how, detail });
  try {
    await tellOpening(deps);
    return true;
  } catch (error) {
    log.warn('this is not on record yet', { error: String(error) });
    return false;
  }
}

async function tellOpening({ buffer, recording }: IncidentDeps): Promise<void> {
  const { how, since, previousEpoch, detail } = buffer.opening;
  const now = recording.now();
  const gap: Gap = {
    // With an unset clock the end is not known: see `shiftRecord`.
    from: since,
    to: Math.max(since, now),
    cause: causeOf(how),
    numbers: [],
    ...(previousEpoch === undefined ? {} : { epoch: previousEpoch }),
  };
  const event: DeviceEvent = {
    wall: now,
    name: 'agent.unclean-start',
    severity: gap.cause === 'damaged' ? 'error' : 'warning',
    text: detail.slice(0, MOST_TEXT),
    attributes: new Map([['how', how]]),
  };
  await recording.opening(event, gap);
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
