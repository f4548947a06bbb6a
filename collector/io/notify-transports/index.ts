/** What notifiers reach the world by; the publisher is the broker's. */
import type { NotifyPorts } from '../../ports/notify.ts';
import { httpSender } from './http.ts';
import { mailSender } from './mail.ts';
import { programRunner } from './program.ts';
import { secretReader } from './secrets.ts';

export function notifyPorts(
  publisher: NotifyPorts['publisher'],
  env: Readonly<Record<string, string | undefined>>,
): NotifyPorts {
  return {
    http: httpSender,
    mail: mailSender,
    programs: programRunner,
    publisher,
    secrets: secretReader(env),
  };
}
