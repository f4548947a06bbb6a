/** The registry of remedies. A new one is one file beside this and one line here. */
import { exec } from './exec.ts';
import { reboot } from './reboot.ts';
import type { Remedy } from './remedy.ts';
import { restartUnit } from './restart-unit.ts';
import { task } from './task.ts';

export const remedies: readonly Remedy[] = [restartUnit, task, exec, reboot];
