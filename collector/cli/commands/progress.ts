/** What a person, or a program, is told of a command that goes on: each thing once, whole lines. */
import type { Target } from '../../core/fleet/command.ts';
import type { CommandEvent } from '../../ports/fleet-desk.ts';
import { campaignText } from './campaign-text.ts';

type Output = Extract<CommandEvent, { kind: 'output' }>['data'];

export class Progress {
  private readonly json: boolean;
  private summary = '';
  private readonly states = new Map<string, string>();
  private readonly parts = new Map<string, Set<number>>();
  /** The begin of a line that a device has not ended yet. */
  private readonly rests = new Map<string, string>();

  constructor(json: boolean) {
    this.json = json;
  }

  /** Empty when it was told before: who comes back to a stream hears everything again. */
  text(event: CommandEvent): string {
    const text = this.news(event);
    return this.json && text !== undefined ? `${JSON.stringify(event)}\n` : (text ?? '');
  }

  private news(event: CommandEvent): string | undefined {
    if (event.kind === 'output') return this.output(event.data);
    if (event.kind === 'device') return this.device(event.data);
    const text = campaignText(event.data);
    if (text === this.summary && event.data.endedAt === 0) return undefined;
    const known = text === this.summary;
    this.summary = text;
    return known && !this.json ? undefined : text;
  }

  private device({ device, state, text }: Target): string | undefined {
    const line = `${device}  ${text === '' ? state : `${state}: ${text}`}\n`;
    if (this.states.get(device) === line) return undefined;
    this.states.set(device, line);
    const rest = this.rests.get(device);
    this.rests.delete(device);
    return rest === undefined ? line : `${device} | ${rest}\n${line}`;
  }

  private output({ device, part, output }: Output): string | undefined {
    const told = this.parts.get(device) ?? new Set();
    this.parts.set(device, told);
    if (told.has(part)) return undefined;
    told.add(part);
    const lines = `${this.rests.get(device) ?? ''}${output}`.split('\n');
    const rest = lines.pop() ?? '';
    if (rest === '') this.rests.delete(device);
    else this.rests.set(device, rest);
    return lines.map((line) => `${device} | ${line}\n`).join('');
  }
}
