/** Maintenance windows: whether a device may begin now. */
import { intervalContains, type TimeInterval } from '../alerting/interval.ts';
import type { WindowFile } from './schema.ts';

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const DAY = 1440;

export function inWindow(windows: readonly WindowFile[], now: number): boolean {
  return (
    windows.length === 0 ||
    windows.some((one) => intervalsOf(one).some((part) => intervalContains(part, now)))
  );
}

/** A night is two parts; its morning belongs to the day on which it began. */
function intervalsOf({ times, weekdays, zone }: WindowFile): TimeInterval[] {
  const days = weekdays.map((day) => DAYS.indexOf(day));
  const spans = times.length === 0 ? [{ begin: 0, end: DAY }] : times.map(spanOf);
  return spans.flatMap(({ begin, end }) =>
    begin < end
      ? [part(begin, end, days, zone)]
      : [
          part(begin, DAY, days, zone),
          part(
            0,
            end,
            days.map((day) => (day + 1) % 7),
            zone,
          ),
        ],
  );
}

function part(begin: number, end: number, days: readonly number[], location: string): TimeInterval {
  const weekdays = days.map((day) => ({ begin: day, end: day }));
  return { times: [{ begin, end }], ...(weekdays.length > 0 && { weekdays }), location };
}

function spanOf(text: string): { begin: number; end: number } {
  const [begin = 0, end = 0] = text.split('-').map((one) => {
    const [hours = 0, minutes = 0] = one.split(':').map(Number);
    return hours * 60 + minutes;
  });
  return { begin, end };
}
