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
}

export class FleetFreshness implements DeviceFreshness {
  private readonly deps: FreshnessDeps;

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
    if (isUp(id) !== true) return 'silent';
    return (lagMs(id) ?? 0) > allowedLagMs ? 'silent' : 'fresh';
  }
}
