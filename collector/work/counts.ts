/**
 * What ingest counts. Plain numbers, because they change at every message; `/metrics` reads them.
 */
export interface IngestCounts {
  messages: number;
  bytes: number;
  batches: number;
  samples: number;
  repeats: number;
  events: number;
  gaps: number;
  /** Messages left unacknowledged, by reason. */
  readonly deferred: Record<DeferReason, number>;
  quarantined: number;
  /** Messages of kinds or topics that this version has no use for. */
  ignored: number;
  /** Messages that met a mistake of ours; unacknowledged. */
  failed: number;
  acks: number;
  needs: number;
  /** Told for each live batch: seconds from its newest sample until it was stored. */
  onLag: (seconds: number) => void;
}

/** Why a message was not acknowledged; the device keeps it and sends it again. */
export type DeferReason =
  | 'unknown-schema'
  | 'unknown-version'
  | 'unsupported-kind'
  | 'crowded'
  | 'pending'
  | 'storage'
  | 'overload';

export function newCounts(): IngestCounts {
  return {
    messages: 0,
    bytes: 0,
    batches: 0,
    samples: 0,
    repeats: 0,
    events: 0,
    gaps: 0,
    deferred: {
      'unknown-schema': 0,
      'unknown-version': 0,
      'unsupported-kind': 0,
      crowded: 0,
      pending: 0,
      storage: 0,
      overload: 0,
    },
    quarantined: 0,
    ignored: 0,
    failed: 0,
    acks: 0,
    needs: 0,
    onLag: () => undefined,
  };
}
