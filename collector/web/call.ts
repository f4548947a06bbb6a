/** Asks the collector to do something, or for something; a refusal is told in its own words. */
import { AskError, showLink } from './api.ts';

export const API = 'api/muster/v1';

export async function call<T>(method: string, url: string, body?: object): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { headers, body: JSON.stringify(body) };
  const response = await fetch(url, { method, ...sent }).catch((error: unknown) => {
    showLink('Connection lost, trying again…');
    throw error;
  });
  showLink('Live');
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer as T;
  // Alertmanager's branch refuses by a text alone.
  const { detail } = (typeof answer === 'string' ? { detail: answer } : (answer ?? {})) as {
    detail?: string;
  };
  throw new AskError(response.status, detail ?? response.statusText);
}

export function get<T>(url: string): Promise<T> {
  return call('GET', url);
}

/** `/api/...` that answers with lines instead of JSON. */
export async function getLines(url: string): Promise<readonly string[]> {
  const response = await fetch(url);
  if (!response.ok) throw new AskError(response.status, response.statusText);
  return (await response.text()).split('\n').filter(Boolean);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
