/**
 * The size of a memory page, which Node does not tell and which is not 4 KiB everywhere (16 on a
 * Raspberry Pi 5). The same free memory, counted in kB and in pages, gives it away.
 */
import { lineStarting, Scanner } from './scanner.ts';

const SIZES = [4096, 16_384, 65_536];

/** The two counts are taken at different moments, so the nearest size counts. */
export function pageSize(meminfo: string, vmstat: string): number {
  const bytes = fieldOf(meminfo, 'MemFree:') * 1024;
  const ratio = Math.log2(bytes / fieldOf(vmstat, 'nr_free_pages '));
  const distance = (size: number) => Math.abs(Math.log2(size) - ratio);
  return SIZES.find((size) => distance(size) <= 1) ?? 4096;
}

function fieldOf(text: string, start: string): number {
  const at = lineStarting(text, start);
  return at < 0 ? Number.NaN : new Scanner(text, at + start.length).number();
}
