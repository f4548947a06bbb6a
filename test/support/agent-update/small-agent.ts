/**
 * An agent that does nothing but update itself: the real parts for that, under the real launcher.
 * What it is like is decided when it is built (BEHAVIOUR, VERSION); its place is its argument:
 * `plan.json` says what is wanted, `log` what each life of it did.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClock } from '../../../agent/io/clock.ts';
import { createDisk } from '../../../agent/io/updates/disk.ts';
import { withOwnUnit } from '../../../agent/io/updates/own-unit.ts';
import type { Disk } from '../../../agent/ports/updates.ts';
import type { Clock } from '../../../agent/ports.ts';
import { device } from '../updates/device.ts';
import type { Life, Plan } from './plan.ts';

declare const BEHAVIOUR: 'good' | 'exits' | 'mute' | 'idle';
declare const VERSION: string;

/** A minute for the link passes in half a second. */
const HASTE = 120;
const RESTART_CODE = 75;

const place = process.argv[2] ?? '';
const clock = hasty(createClock());
const disk = createDisk();

function note(did: Life['did'], more: Partial<Life> = {}): void {
  const line = { version: VERSION, pid: process.pid, did, ...more };
  appendFileSync(join(place, 'log'), `${JSON.stringify(line)}\n`);
}

function hasty(real: Clock): Clock {
  return {
    wall: () => real.wall(),
    mono: () => real.mono() * HASTE,
    after: (ms, action) => real.after(ms / HASTE, action),
  };
}

/** Kills the process once, at one of the places of a switch. */
function deadly(at: Plan['dieAt']): Disk {
  const die = (where: Plan['dieAt']) => {
    const mark = join(place, 'died');
    if (where !== at || existsSync(mark)) return;
    writeFileSync(mark, '');
    process.kill(process.pid, 'SIGKILL');
  };
  return {
    ...disk,
    async relink(path, target) {
      die('before-link');
      await disk.relink(path, target);
      die('after-link');
    },
    async write(path, text) {
      die('before-note');
      await disk.write(path, text);
    },
  };
}

async function live(): Promise<void> {
  const { base, wanted, releases, dieAt } = JSON.parse(
    readFileSync(join(place, 'plan.json'), 'utf8'),
  ) as Plan;
  let isLeaving = false;
  const restart = () => {
    isLeaving = true;
    note('asked to restart');
    if (dieAt === 'at-restart' && !existsSync(join(place, 'died'))) {
      writeFileSync(join(place, 'died'), '');
      process.kill(process.pid, 'SIGKILL');
    }
    setImmediate(() => {
      void updating.stop().then(() => process.exit(RESTART_CODE));
    });
  };
  const nobody = { restart: () => Promise.reject(new Error('only our own unit is asked for')) };
  const none = { ...nobody, state: () => Promise.resolve({ isActive: false, pid: 0 }) };
  const { updating, reports } = await device(join(place, 'data'), {
    ...{ base, releases },
    deps: {
      ...{ clock, disk: deadly(dieAt), linkUp: () => BEHAVIOUR !== 'mute' },
      units: withOwnUnit(none, { unit: 'muster-agent.service', restart }),
    },
  });
  const texts = () => reports.map(({ text }) => text);
  process.on('SIGTERM', () => {
    note('told to stop');
    void updating.stop().then(() => process.exit(0));
  });
  await updating.start();
  await updating.want(wanted);
  // What failed is tried again after a minute, or when somebody asks for it.
  const isOpen = () =>
    updating
      .wants()
      .some(({ state, why = '' }) => state === 'wanted' && !why.startsWith('given-up'));
  for (let n = 0; n < 4 && !isLeaving && isOpen(); n++) {
    await updating.now();
    await updating.want(wanted);
  }
  if (!isLeaving)
    note('settled', {
      packages: updating.packages().map(({ version }) => version),
      texts: texts(),
    });
}

if (BEHAVIOUR === 'exits') {
  note('ended');
  process.exit(3);
}
note('started');
process.on('SIGHUP', () => note('told to reload'));
// Runs until it is stopped, also without anything to do.
setInterval(() => undefined, 60_000);
if (BEHAVIOUR !== 'idle') await live();
