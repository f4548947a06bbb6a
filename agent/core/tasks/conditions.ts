/** Conditions of a task, held against what is known of the machine. Pure. */

export interface Conditions {
  readonly mains?: boolean | undefined;
  /** Most that the load of the last minute may be. */
  readonly maxLoad?: number | undefined;
  readonly unmetered?: boolean | undefined;
  readonly minFree?: { readonly path: string; readonly bytes: number } | undefined;
}

/** What could be learned; absent: nothing answered. */
export interface MachineFacts {
  /** No battery, or a supply that is online. */
  readonly mains?: boolean;
  readonly load?: number;
  /** Interface of the default route. */
  readonly route?: string;
  readonly freeBytes?: number;
}

/** Why the task may not begin, one line each; none: it may. What is not known does not hold. */
export function unmet(
  { mains, maxLoad, unmetered, minFree }: Conditions,
  facts: MachineFacts,
  metered: readonly string[],
): readonly string[] {
  const why: string[] = [];
  if (mains === true && facts.mains !== true) why.push('not on mains power');
  if (maxLoad !== undefined && !(facts.load !== undefined && facts.load <= maxLoad)) {
    why.push(`load is ${facts.load ?? 'not known'}, at most ${maxLoad} is asked for`);
  }
  if (unmetered === true) {
    if (facts.route === undefined) why.push('there is no default route');
    else if (isMetered(facts.route, metered)) why.push(`network ${facts.route} is metered`);
  }
  if (minFree !== undefined && !((facts.freeBytes ?? -1) >= minFree.bytes)) {
    const free = facts.freeBytes === undefined ? 'is not known' : `is ${facts.freeBytes} bytes`;
    why.push(`free space of ${minFree.path} ${free}, ${minFree.bytes} are asked for`);
  }
  return why;
}

/** Patterns of interface names: `wwan*`, `ppp?`, `usb0`. */
function isMetered(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
    const expression = escaped.replaceAll('*', '.*').replaceAll('?', '.');
    return new RegExp(`^${expression}$`).test(name);
  });
}

/** The interface of the IPv4 default route with the smallest metric, from `/proc/net/route`. */
export function defaultRoute(table: string): string | undefined {
  const rows = table.split('\n').slice(1);
  const routes = rows
    .map((row) => row.trim().split(/\s+/))
    .filter(([, to, , , , , , mask]) => to === '00000000' && mask === '00000000')
    .map(([name = '', , , , , , metric]) => ({ name, metric: Number(metric) }));
  return routes.toSorted((a, b) => a.metric - b.metric)[0]?.name;
}
