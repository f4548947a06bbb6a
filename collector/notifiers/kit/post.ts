/** A POST and what its answer means: gone, try again, or never. */
import type { Secret } from '../../../protocol/config/secret.ts';
import type { HttpReply, HttpRequest, NotifyPorts } from '../../ports/notify.ts';
import type { Outcome } from '../notifier.ts';
import { redact } from './secrets.ts';

const SHOWN = 200;

export async function post(
  ports: NotifyPorts,
  request: HttpRequest,
  signal: AbortSignal,
  judge: (reply: HttpReply) => Outcome = byStatus,
): Promise<Outcome> {
  const secrets: readonly (Secret | undefined)[] = [
    request.url,
    request.authorization,
    request.proxyUrl,
  ];
  const outcome = judge(await ports.http.post(request, signal));
  if (outcome.ok) {
    const { detail } = outcome;
    return detail === undefined ? outcome : { ok: true, detail: redact(detail, secrets) };
  }
  return { ...outcome, reason: redact(outcome.reason, secrets) };
}

export function byStatus({ status, body }: HttpReply): Outcome {
  if (status >= 200 && status < 300) return { ok: true, detail: `HTTP ${status}` };
  const retry = status >= 500 || status === 429;
  const said = body.trim().slice(0, SHOWN);
  return { ok: false, retry, reason: `HTTP ${status}${said === '' ? '' : `: ${said}`}` };
}
