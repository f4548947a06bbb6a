/** Judgements of the doctor that are arithmetic. */

const DAY_MS = 86_400_000;

/** Most bytes of the buffer's folder for a cap on its records: GOALS' bound. */
export function folderBound(capBytes: number): number {
  return capBytes * 1.5 + 16 * 1024 * 1024;
}

/** Whether a clock can be right: not before this program was written, not absurdly late. */
export function plausibleTime(wallMs: number): boolean {
  return wallMs >= Date.UTC(2026, 0, 1) && wallMs < Date.UTC(2100, 0, 1);
}

/** Whole days from now until `endMs`; negative when it is over. */
export function daysLeft(endMs: number, nowMs: number): number {
  return Math.floor((endMs - nowMs) / DAY_MS);
}

/** What a broker's CONNACK says, by MQTT 3.1.1, table 3.1. */
export function connackMeaning(code: number): string {
  const meanings = [
    'accepted',
    'speaks another version of MQTT',
    'refuses the client id',
    'is unavailable',
    'refuses the user name or password',
    'does not authorise this client',
  ];
  return meanings[code] ?? `refuses with code ${code}`;
}
