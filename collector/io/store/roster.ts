/** Which series have samples on which days: answers without reading any sample. */
import { dayOf } from '../../core/store/calendar.ts';
import type { Memory } from './memory.ts';
import type { Partitions } from './partitions.ts';

/** Those of `ids` that have samples on a day of [from, to], memory included. */
export async function present(
  ids: Uint32Array,
  from: number,
  to: number,
  partitions: Partitions,
  memory: Memory,
): Promise<Uint32Array> {
  const marks = new Uint8Array((ids.at(-1) ?? 0) + 1);
  for (const head of memory.heads())
    if (head.maxTime >= from && head.minTime <= to) mark(marks, head.layout.ids);
  for (const day of partitions.between(dayOf(from), dayOf(to)).reverse()) {
    if (ids.every((id) => marks[id] === 1)) break;
    await partitions.use(day, async ({ roster }) => {
      for (const group of roster.values()) mark(marks, group);
    });
  }
  return ids.filter((id) => marks[id] === 1);
}

/** Ids behind the end fall off. */
function mark(marks: Uint8Array, ids: Uint32Array): void {
  for (let i = 0; i < ids.length; i++) marks[ids[i] as number] = 1;
}
