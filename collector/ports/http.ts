/** What the HTTP side asks of the rest of the collector. `work/` and `app.ts` bring it. */
import type { DeviceView, LiveKind, LiveMessage, QuarantineEntry } from '../core/views.ts';
import type { Cancel } from '../ports.ts';

export interface DeviceDirectory {
  list(): readonly DeviceView[];
  get(id: string): DeviceView | undefined;
  /** Ends its series, clears its retained topics; false when the id is unknown. */
  forget(id: string): Promise<boolean>;
  /** Calls after each change with the device's id. */
  onChange(listener: (id: string) => void): Cancel;
}

export interface LiveFilter {
  /** Absent means all. */
  readonly devices?: readonly string[];
  readonly kinds?: readonly LiveKind[];
}

export interface LiveFeed {
  /** The listener must not throw and must not wait. */
  subscribe(filter: LiveFilter, listener: (message: LiveMessage) => void): Cancel;
}

/** Messages that could not be decoded, kept in a bounded place to be looked at. */
export interface QuarantineView {
  /** Newest first. */
  list(limit: number): Promise<readonly QuarantineEntry[]>;
  get(id: string): Promise<(QuarantineEntry & { readonly payload: Uint8Array }) | undefined>;
}
