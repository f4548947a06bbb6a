/** Recorded samples into a Prometheus that takes remote write, staleness markers as well. */
import { STALE_BITS } from '../../../../collector/core/stale.ts';
import { writeRequest } from '../../remote-write/encode.ts';
import { DATA_END, DATA_START, type Recorded } from './data.ts';

/** Prometheus refuses what is an hour older than what it has. */
const SPAN = 1_800_000;

export async function sendFleet(url: string, fleet: readonly Recorded[]): Promise<void> {
  for (let from = DATA_START; from < DATA_END; from += SPAN) {
    const series = fleet.map(({ labels, samples }) => ({
      labels: [...labels.entries()],
      samples: samples
        .filter(([time]) => time >= from && time < from + SPAN)
        .map(([time, value]) => [time, value === 'stale' ? STALE_BITS : value] as const),
    }));
    const body = writeRequest(series.filter(({ samples }) => samples.length > 0));
    const headers = {
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
    };
    const answer = await fetch(`${url}/api/v1/write`, { method: 'POST', headers, body });
    if (answer.status !== 204) throw new Error(`remote write: ${await answer.text()}`);
  }
}
