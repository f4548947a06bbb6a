/** Software RAID arrays as `/proc/mdstat` describes them: for people, over two to four lines. */
import { words } from './scanner.ts';

export const STATES = ['active', 'inactive', 'recovering', 'resync', 'check'] as const;

export interface RaidArray {
  readonly name: string;
  readonly state: (typeof STATES)[number];
  readonly active: number;
  readonly failed: number;
  readonly spare: number;
  readonly required: number;
  readonly blocks: number;
  readonly blocksSynced: number;
}

export function parseMdstat(text: string): RaidArray[] {
  const lines = text.split('\n');
  const arrays: RaidArray[] = [];
  lines.forEach((head, index) => {
    const [name = '', colon, activity] = words(head);
    if (!/^\s/.test(head) && colon === ':' && /^(in)?active$/.test(activity ?? '')) {
      const end = lines.findIndex((line, at) => at > index && !/^\s+\S/.test(line));
      arrays.push(array(name, head, lines.slice(index + 1, end < 0 ? undefined : end)));
    }
  });
  return arrays;
}

function array(name: string, head: string, body: readonly string[]): RaidArray {
  const isActive = words(head)[2] === 'active';
  const size = body.find((line) => /^\s+\d+ blocks/.test(line)) ?? '';
  const blocks = Number.parseInt(size, 10) || 0;
  const [required, active] = isActive ? disks(head, size) : [0, 0];
  const progress = body.find((line) => /(recovery|reshape|resync|check)\s*=/.test(line));
  return {
    name,
    state: isActive ? stateOf(progress) : 'inactive',
    active,
    failed: occurrences(head, /\(F\)/g),
    spare: occurrences(head, /\(S\)/g),
    required,
    blocks,
    blocksSynced: progress === undefined ? blocks : Number(/\((\d+)\//.exec(progress)?.[1] ?? 0),
  };
}

/** How many disks it should have and how many work. Without redundancy all in it must work. */
function disks(head: string, size: string): readonly [number, number] {
  const counted = /\[(\d+)\/(\d+)\]/.exec(size);
  if (counted !== null) return [Number(counted[1]), Number(counted[2])];
  const all = occurrences(head, /\[\d+\]/g);
  return [all, all];
}

function stateOf(progress: string | undefined): RaidArray['state'] {
  if (progress === undefined) return 'active';
  if (/recovery|reshape/.test(progress)) return 'recovering';
  return progress.includes('resync') ? 'resync' : 'check';
}

function occurrences(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
