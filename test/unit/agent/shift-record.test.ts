import { describe, expect, it } from 'vitest';
import { shiftRecord } from '../../../agent/core/header.ts';
import {
  decodeCommandResult,
  encodeCommandResult,
} from '../../../protocol/messages/command-result.ts';
import { CLOCK, type Header } from '../../../protocol/messages/envelope.ts';
import { decodeReport, encodeReport, type ReportBody } from '../../../protocol/messages/report.ts';

const header: Header = {
  epoch: '0102030405060708',
  number: 7,
  low: 3,
  boot: 'aabbccddeeff0011',
  wall: 90_000,
  mono: 90_000,
  clock: CLOCK.unset,
};
const body: ReportBody = {
  subject: 'task',
  name: 'tidy',
  kind: 'clean',
  state: 'succeeded',
  startedAt: 60_000,
  endedAt: 90_000,
  trigger: 'schedule',
  attempt: 1,
  text: 'removed 3 files',
  output: '',
  changes: [],
  figures: new Map([['files_removed', 3]]),
};
const by = Date.UTC(2026, 10, 21);
const later = () => ({ by, clock: CLOCK.synced });

describe('records of a boot whose clock was set later', () => {
  it('moves a report with its times', () => {
    const moved = shiftRecord('report', encodeReport({ header, ...body }), later);
    if (!moved.ok) throw new Error(moved.error.code);
    const read = decodeReport(moved.value.payload);
    expect(read.ok && read.value).toEqual({
      ...body,
      header: { ...header, wall: by + 90_000, clock: CLOCK.synced },
      startedAt: by + 60_000,
      endedAt: by + 90_000,
    });
  });

  it('leaves the end of a run open that goes on', () => {
    const running = { header, ...body, state: 'running', endedAt: 0 } as const;
    const moved = shiftRecord('report', encodeReport(running), later);
    const read = moved.ok ? decodeReport(moved.value.payload) : moved;
    expect(read.ok && read.value.endedAt).toBe(0);
  });

  it('moves a result by its header', () => {
    const result = {
      header,
      state: 'succeeded',
      part: 1,
      text: 'pong',
      output: '',
      attributes: new Map(),
    } as const;
    const moved = shiftRecord('res', encodeCommandResult(result), later);
    const read = moved.ok ? decodeCommandResult(moved.value.payload) : moved;
    expect(read.ok && read.value.header.wall).toBe(by + 90_000);
  });
});
