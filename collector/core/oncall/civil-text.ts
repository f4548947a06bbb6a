/** `2026-11-21 07:00`: a moment as clocks in a zone show it. Pure. */
import { civilTime } from '../alerting/interval.ts';

export function civilText(at: number, zone: string): string {
  const { year, month, day, minute } = civilTime(at, zone);
  const two = (value: number): string => String(value).padStart(2, '0');
  const time = `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
  return `${year}-${two(month)}-${two(day)} ${time}`;
}
