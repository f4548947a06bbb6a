/** The rule at the end of a time zone's file, for all years to come: `CET-1CEST,M3.5.0,M10.5.0/3`. */

const NAME = '(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]+>)';
const OFFSET = '[+-]?\\d{1,3}(?::\\d{2}){0,2}';
const DAY = 'M\\d{1,2}\\.\\d\\.\\d';
const RULE = `,(${DAY})(?:/(${OFFSET}))?`;
const ZONE = new RegExp(`^${NAME}(${OFFSET})(?:${NAME}(${OFFSET})?${RULE}${RULE})?$`);

const HOUR = 3_600_000;

/** `undefined`: a rule of a kind that no zone of today has. */
export function posixOffsets(rule: string): ((instant: number) => number) | undefined {
  const parts = ZONE.exec(rule);
  if (parts === null) return undefined;
  const [, standardText = '', summerText, beginDay, beginTime, endDay, endTime] = parts;
  // Positive offsets of these rules are west of Greenwich.
  const standard = 0 - span(standardText);
  if (beginDay === undefined || endDay === undefined) return () => standard;
  const summer = summerText === undefined ? standard + HOUR : 0 - span(summerText);
  return (instant) => {
    const year = new Date(instant + standard).getUTCFullYear();
    const begin = dayOf(year, beginDay) + span(beginTime ?? '2') - standard;
    const end = dayOf(year, endDay) + span(endTime ?? '2') - summer;
    const isSummer =
      begin < end ? begin <= instant && instant < end : !(end <= instant && instant < begin);
    return isSummer ? summer : standard;
  };
}

function span(text: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = text.replace(/^[+-]/, '').split(':').map(Number);
  return (text.startsWith('-') ? -1 : 1) * (hours * HOUR + minutes * 60_000 + seconds * 1000);
}

/** `M10.5.0`: the fifth, or else the last, Sunday of October. */
function dayOf(year: number, rule: string): number {
  const [month = 1, week = 1, weekday = 0] = rule.slice(1).split('.').map(Number);
  const first = new Date(Date.UTC(year, month - 1, 1)).getUTCDay();
  const day = 1 + ((weekday - first + 7) % 7) + (week - 1) * 7;
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return Date.UTC(year, month - 1, day > last ? day - 7 : day);
}
