/** Which devices can be believed at the moment: the fleet as the hold of alerts asks for it. */
import type { DeviceFreshness, Freshness } from '../../ports/rules.ts';

export interface FreshnessDeps {
  readonly devices: () => Iterable<{ readonly id: string; readonly site: string }>;
  /** `undefined`: none of the fleet's. */
  readonly find: (id: string) => { readonly id: string; readonly site: string } | undefined;
  /** `undefined`: the collector is too young to know. */
  readonly isUp: (id: string) => boolean | undefined;
  /** How far the newest sample is behind, in milliseconds; `undefined`: there is none to tell by. */
  readonly lagMs: (id: string) => number | undefined;
  /** A device further behind than this is silent. */
  readonly allowedLagMs: number;
  /**
   * UTC milliseconds. When given, a device counts as heard only some seconds after it was first found
   * so: `up` is written after it is known, and must be there to be queried.
   */
  readonly now?: () => number;
}

const SETTLING_MS = 10_000;

export class FleetFreshness implements DeviceFreshness {
  private readonly deps: FreshnessDeps;
  private readonly heardSince = new Map<string, number>();

  constructor(deps: FreshnessDeps) {
    this.deps = deps;
  }

  device(id: string): Freshness {
    return this.deps.find(id) === undefined ? 'unknown' : this.judge(id);
  }

  site(site: string): Freshness {
    return this.all((one) => one.site === site);
  }

  fleet(): Freshness {
    return this.all(() => true);
  }

  allHeard(site?: string): boolean {
    for (const device of this.deps.devices()) {
      if (site !== undefined && device.site !== site) continue;
      if (this.judge(device.id) === 'unheard') return false;
    }
    return true;
  }

  private all(isMember: (device: { readonly site: string }) => boolean): Freshness {
    let found: Freshness = 'unknown';
    for (const device of this.deps.devices()) {
      if (!isMember(device)) continue;
      if (this.judge(device.id) === 'fresh') return 'fresh';
      found = 'silent';
    }
    return found;
  }

  private judge(id: string): Freshness {
    const { isUp, lagMs, allowedLagMs } = this.deps;
    const up = isUp(id);
    if (up === undefined || !this.hasSettled(id)) return 'unheard';
    if (!up) return 'silent';
    return (lagMs(id) ?? 0) > allowedLagMs ? 'silent' : 'fresh';
  }

  private hasSettled(id: string): boolean {
    const now = this.deps.now?.();
    if (now === undefined) return true;
    const since = this.heardSince.get(id);
    if (since === undefined) this.heardSince.set(id, now);
    return Math.abs(now - (since ?? now)) >= SETTLING_MS;
  }
}
