/** `muster notify test`: whether a receiver's channels work, before it matters. */
import type { Command } from 'commander';
import type { NotifyTestReport } from '../../ports/notify.ts';
import { DEFAULT_URL } from '../client.ts';
import { contextOf } from '../context.ts';
import { CliError, type CliIo } from '../io.ts';
import { table } from '../table.ts';

const PATH = '/api/muster/v1/notify/test';

export function notify(program: Command, io: CliIo): void {
  const group = program.command('notify').description('the channels by which people are told');

  group
    .command('test <receiver>')
    .description('send a made-up alert to each channel of a receiver, and show what was answered')
    .action(async (receiver: string, _options: object, command: Command) => {
      const report = await askFor(receiver, io, command);
      contextOf(io, command).answer(report, () => reportText(report));
      const failed = report.results.filter(({ ok }) => !ok).length;
      if (failed > 0) {
        throw new CliError(`${failed} of ${report.results.length} channels of ${receiver} failed`);
      }
    });
}

async function askFor(receiver: string, io: CliIo, command: Command): Promise<NotifyTestReport> {
  const { url } = command.optsWithGlobals<{ url?: string }>();
  const base = (url ?? io.env['MUSTER_URL'] ?? DEFAULT_URL).replace(/\/+$/, '');
  const response = await posted(io, base, { receiver });
  const body = (await response.json().catch(() => ({}))) as { detail?: string };
  if (response.ok) return body as NotifyTestReport;
  throw new CliError(body.detail ?? `the collector answered ${response.status}`);
}

async function posted(io: CliIo, base: string, body: object): Promise<Response> {
  try {
    return await io.fetch(base + PATH, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: io.signal,
    });
  } catch (error) {
    if (io.signal.aborted) throw error;
    throw new CliError(
      `the collector does not answer at ${base}: start it, or name another with --url or MUSTER_URL`,
    );
  }
}

function reportText({ receiver, results }: NotifyTestReport): string {
  if (results.length === 0) return `${receiver} has no channels\n`;
  return table(
    [
      { title: 'channel', text: ({ channel }) => channel },
      {
        title: 'result',
        text: ({ ok, retry }) => (ok ? 'sent' : retry === true ? 'failed, may pass' : 'failed'),
      },
      { title: 'answer', text: ({ answer }) => answer },
    ],
    results,
  );
}
