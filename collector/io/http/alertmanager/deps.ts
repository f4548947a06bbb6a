/** What the branch is built from. */
import type { BuildInfo } from '../../../core/views.ts';
import type { AlertingView } from '../../../ports/alerting.ts';
import type { Clock, Log } from '../../../ports.ts';

export const ALERTMANAGER = '/api/v2';

export interface AlertmanagerDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly alerting: AlertingView;
  readonly build: BuildInfo;
}
