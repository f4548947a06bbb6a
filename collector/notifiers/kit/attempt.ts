/** What every notifier makes of its failures: an outcome, never a throw. */
import { TemplateError } from '../../core/template/errors.ts';
import { TransportError } from '../../ports/notify.ts';
import type { Outcome } from '../notifier.ts';

export async function attempt(work: () => Promise<Outcome>, signal: AbortSignal): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TransportError) {
      return { ok: false, retry: error.retry, reason: error.message };
    }
    // The same template will fail again with the same data.
    if (error instanceof TemplateError) return { ok: false, retry: false, reason: error.message };
    if (signal.aborted) return { ok: false, retry: true, reason: 'not done in time' };
    throw error;
  }
}
