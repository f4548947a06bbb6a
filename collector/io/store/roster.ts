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
  const seen = new Set<number>();
  for (const head of memory.heads()) {
    if (head.maxTime >= from && head.minTime <= to) for (const id of head.layout.ids) seen.add(id);
  }
  for (const day of partitions.between(dayOf(from), dayOf(to)).reverse()) {
    if (ids.every((id) => seen.has(id))) break;
    await partitions.use(day, async ({ roster }) => {
      for (const group of roster.values()) for (const id of group) seen.add(id);
    });
  }
  return ids.filter((id) => seen.has(id));
}
