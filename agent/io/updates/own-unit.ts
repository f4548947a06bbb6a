/**
 * The agent's own unit among `Units`: the agent does not ask anybody to restart it, it ends with the
 * code that says so, and whoever looks after it (systemd, the launcher) starts what `current` leads
 * to. It needs no rights and no systemd for that.
 */
import { readFile } from 'node:fs/promises';
import type { Units } from '../../ports/updates.ts';

export interface OwnUnit {
  readonly unit: string;
  /** Asks for the end; resolves before it comes. */
  readonly restart: () => void;
}

const USUAL = 'muster-agent.service';

export function withOwnUnit(units: Units, own: OwnUnit): Units {
  return {
    async restart(unit, signal) {
      if (unit === own.unit) own.restart();
      else await units.restart(unit, signal);
    },
    state: (unit) =>
      unit === own.unit ? Promise.resolve({ isActive: true, pid: process.pid }) : units.state(unit),
  };
}

/** The unit that this process is in; the usual one where there is none. */
export async function nameOfOwnUnit(cgroupFile = '/proc/self/cgroup'): Promise<string> {
  const text = await readFile(cgroupFile, 'utf8').catch(() => '');
  const unit = /^\d+:(?:name=systemd)?:.*?\/([^/\n]+\.service)$/m.exec(text)?.[1];
  return unit ?? USUAL;
}
