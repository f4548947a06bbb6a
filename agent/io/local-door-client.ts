/** Asks a running agent, through its local door. */
import { request } from 'node:http';
import type { Answer } from '../ports/world.ts';

const TIMEOUT_MS = 5000;
const MAX_ANSWER_BYTES = 1_048_576;

/** Asks the agent behind the door, for its status unless told otherwise. */
export function askLocalDoor(
  path: string,
  question = '/status',
): Promise<Answer<Readonly<Record<string, unknown>>>> {
  return new Promise((resolve) => {
    const refuse = (why: string) => resolve({ ok: false, why });
    const asking = request(
      { socketPath: path, path: question, timeout: TIMEOUT_MS, agent: false },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          text += part;
          if (text.length > MAX_ANSWER_BYTES) response.destroy(new Error('answer too long'));
        });
        response.on('error', (error) => refuse(error.message));
        response.on('end', () => resolve(parse(text)));
      },
    );
    asking.on('timeout', () => asking.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    asking.on('error', (error: NodeJS.ErrnoException) => refuse(reason(error)));
    asking.end();
  });
}

function parse(text: string): Answer<Readonly<Record<string, unknown>>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) {
      return { ok: true, value: value as Readonly<Record<string, unknown>> };
    }
  } catch {
    // Said below.
  }
  return { ok: false, why: 'what answers is no agent' };
}

function reason({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'not there';
  if (code === 'ECONNREFUSED') return 'nobody listens';
  return code === 'EACCES' ? 'may not be opened by this user' : message;
}
