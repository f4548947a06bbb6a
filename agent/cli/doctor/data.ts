/** The data folder: there, ours, writable, with room for the buffer's cap. */
import { dirname } from 'node:path';
import { formatSize } from '../../../protocol/config/units.ts';
import { folderBound } from '../../core/doctor.ts';
import type { Diagnosis, Finding } from './diagnosis.ts';
import { fail, ok, warn } from './diagnosis.ts';

const MIB = 1024 * 1024;

export const data: Diagnosis = {
  name: 'data folder',
  async run(world, config) {
    const path = config.data;
    const state = await world.path(path);
    if (state === undefined) {
      const parent = await world.path(dirname(path));
      if (parent?.kind === 'folder' && parent.writable) {
        return [ok(`${path} is made at the first start`)];
      }
      const remedy = `make it: install -d -m 0750 -o USER ${path}`;
      return [fail(`${path} does not exist and cannot be made by this user`, remedy)];
    }
    if (state.kind !== 'folder')
      return [fail(`${path} is no folder`, 'choose another data folder')];
    if (!state.readable || !state.writable) {
      const remedy = `run this as the agent's user, or: chown -R USER ${path}`;
      return [fail(`${path} may not be written by this user`, remedy)];
    }
    const findings: Finding[] = [ok(`${path} can be written`)];
    if ((state.mode & 0o007) !== 0) {
      findings.push(warn(`${path} is open to every user`, `chmod o-rwx ${path}`));
    }
    const free = await world.freeBytes(path);
    if (free !== undefined) findings.push(room(path, free, config.buffer.cap));
    return findings;
  },
};

function room(path: string, free: number, cap: number): Finding {
  const wanted = folderBound(cap);
  const detail = `${Math.floor(free / MIB)}MiB free for ${path}`;
  if (free < cap / 4) {
    return fail(
      `${detail}, the buffer may grow to ${formatSize(cap)}`,
      'free space or lower buffer.cap',
    );
  }
  if (free < wanted) {
    const remedy = 'free space or lower buffer.cap, else a long outage fills the disk';
    return warn(`${detail}, the full buffer needs ${Math.ceil(wanted / MIB)}MiB`, remedy);
  }
  return ok(detail);
}
