/**
 * The machine on which a program under test seems to run: its clocks may be moved, each by itself,
 * and it may be another boot. The preloaded `shifted-clock.mjs` reads what is written here.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Program } from './programs.ts';

const PRELOAD = pathToFileURL(join(import.meta.dirname, 'shifted-clock.mjs')).href;

/** How long after its boot an agent is started. */
const YOUNG_MS = 5_000;

export interface Shift {
  /** Milliseconds by which a clock differs from the real one. */
  readonly wall?: number;
  readonly awake?: number;
  readonly uptime?: number;
  /** The kernel's boot id; without it the real one. */
  readonly boot?: string;
}

export class Machine {
  private readonly file: string;
  private shift: Shift = {};

  constructor(folder: string, name: string) {
    this.file = join(folder, `${name}.machine.json`);
    this.change({});
  }

  get environment(): Readonly<Record<string, string>> {
    return { NODE_OPTIONS: `--import ${PRELOAD}`, MUSTER_TEST_MACHINE: this.file };
  }

  /** Programs that run learn of it at once, all others when they start. */
  change(shift: Shift, ...running: readonly Program[]): void {
    this.shift = { ...this.shift, ...shift };
    writeFileSync(this.file, JSON.stringify(this.shift));
    for (const { pid } of running) if (pid !== undefined) process.kill(pid, 'SIGUSR2');
  }

  /** Another boot, whose time since then has just begun. */
  reboot(): void {
    const uptime = YOUNG_MS - Number.parseFloat(readFileSync('/proc/uptime', 'utf8')) * 1_000;
    this.change({ boot: randomUUID(), uptime });
  }
}
