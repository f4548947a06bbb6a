/** Every remote command, one line each. */
import { cancelTask } from './cancel-task.ts';
import { collectLogs } from './collect-logs.ts';
import type { RemoteCommandKind } from './command.ts';
import { ping } from './ping.ts';
import { reboot } from './reboot.ts';
import { restartAgent } from './restart-agent.ts';
import { runCheck } from './run-check.ts';
import { runTask } from './run-task.ts';
import { updateNow } from './update-now.ts';

export const remoteCommands: readonly RemoteCommandKind[] = [
  ping,
  runCheck,
  runTask,
  cancelTask,
  collectLogs,
  restartAgent,
  reboot,
  updateNow,
];
