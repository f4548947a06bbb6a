/** What `ping -q` says at its end: of iputils and of busybox. */

export interface PingStatistics {
  readonly sent: number;
  readonly received: number;
  /** Seconds; absent when nothing came back. */
  readonly rtt?: { readonly min: number; readonly average: number; readonly max: number };
}

const PACKETS = /^(\d+) packets transmitted, (\d+) (?:packets )?received\b/m;
const TIMES = /^(?:rtt|round-trip) min\/avg\/max(?:\/mdev)? = ([\d.]+)\/([\d.]+)\/([\d.]+)/m;
const NOT_PERMITTED = /operation not permitted|permission denied|lacking privilege|are you root/i;

export function parsePing(text: string): PingStatistics | undefined {
  const packets = PACKETS.exec(text);
  if (packets === null) return undefined;
  const times = TIMES.exec(text);
  const seconds = (index: number) => Number(times?.[index]) / 1000;
  return {
    sent: Number(packets[1]),
    // Duplicates are counted apart by both, yet a faulty network must not yield more than all.
    received: Math.min(Number(packets[2]), Number(packets[1])),
    ...(times === null ? {} : { rtt: { min: seconds(1), average: seconds(2), max: seconds(3) } }),
  };
}

/** It may not open its socket here. */
export function isNotPermitted(text: string): boolean {
  return NOT_PERMITTED.test(text);
}
