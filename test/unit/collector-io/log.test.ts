/** Log lines: one event is one line, whatever its values hold. */
import { fstatSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createLog, type LogOptions, stderrIsJournal } from '../../../collector/io/log.ts';

function lines(options: LogOptions): { written: string[]; log: ReturnType<typeof createLog> } {
  const written: string[] = [];
  const write = (line: string) => void written.push(line);
  return { written, log: createLog({ journald: false, now: () => 0, write, ...options }) };
}

describe('a log line', () => {
  it('is logfmt, quoted where a value needs it', () => {
    const { written, log } = lines({});
    log.info('broker: listening', { url: 'mqtt://127.0.0.1:1883', clients: 3, tls: false });
    log.warn('odd', { client: 'a b', text: 'x="1"\nlevel=error', empty: '', none: undefined });
    expect(written).toEqual([
      'time=1970-01-01T00:00:00.000Z level=info msg="broker: listening" url=mqtt://127.0.0.1:1883 clients=3 tls=false\n',
      'time=1970-01-01T00:00:00.000Z level=warn msg=odd client="a b" text="x=\\"1\\"\\nlevel=error" empty=""\n',
    ]);
  });

  it('is JSON on request', () => {
    const { written, log } = lines({ format: 'json' });
    log.error('failed', { code: 'x', count: 2 });
    expect(JSON.parse(written[0] ?? '')).toEqual({
      time: '1970-01-01T00:00:00.000Z',
      level: 'error',
      msg: 'failed',
      code: 'x',
      count: 2,
    });
  });

  it('has a priority and no time for systemd', () => {
    const { written, log } = lines({ journald: true, level: () => 'debug' as const });
    log.debug('a');
    log.info('b');
    log.warn('c');
    log.error('d');
    expect(written).toEqual([
      '<7>level=debug msg=a\n',
      '<6>level=info msg=b\n',
      '<4>level=warn msg=c\n',
      '<3>level=error msg=d\n',
    ]);
  });

  it('below the level is not written', () => {
    const { written, log } = lines({ level: () => 'warn' as const });
    log.debug('a');
    log.info('b');
    log.warn('c');
    expect(written).toHaveLength(1);
  });
});

describe('stderr', () => {
  it('is the journal only when systemd gave this very file', () => {
    const { dev, ino } = fstatSync(2);
    expect(stderrIsJournal(`${dev}:${ino}`)).toBe(true);
    expect(stderrIsJournal(`${dev}:${ino + 1}`)).toBe(false);
    expect(stderrIsJournal(undefined)).toBe(false);
    expect(stderrIsJournal(`${dev}:${ino}`, 9_999)).toBe(false);
  });
});
