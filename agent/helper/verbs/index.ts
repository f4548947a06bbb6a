/** All that the helper does. The list is fixed: whatever is not here cannot be asked for. */
import type { HelperAnswer, HelperRequest } from '../../ports/caretaking.ts';
import { install } from './install.ts';
import { reboot } from './reboot.ts';
import { restartUnit } from './restart-unit.ts';
import { runTask } from './run-task.ts';
import type { VerbContext } from './verb.ts';

export function perform(request: HelperRequest, context: VerbContext): Promise<HelperAnswer> {
  switch (request.verb) {
    case 'restart-unit':
      return restartUnit(request, context);
    case 'reboot':
      return reboot(request, context);
    case 'run-task':
      return runTask(request, context);
    case 'install':
      return install(request, context);
  }
}
