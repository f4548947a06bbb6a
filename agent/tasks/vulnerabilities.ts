/** Holds the installed packages against a feed of advisories (OSV), and counts by severity. */
import type { Infer } from '../../protocol/config/schema.ts';
import { choice, flag, list, object, optional, size, text } from '../../protocol/config/schema.ts';
import type { Severity } from '../core/cvss.ts';
import { compareDebianVersions } from '../core/debian-version.ts';
import { type Advisory, fixedIn, isAffected, readAdvisory } from '../core/osv.ts';
import { FeedCutter } from '../core/osv-feed.ts';
import { ecosystemOf, type Installed, installedBySource, PACKAGE_FORMAT } from './kit/packages.ts';
import { failureOf, isMissing, runProgram } from './kit/program.ts';
import { counted, failed } from './kit/say.ts';
import { type TaskContext, type TaskOutcome, task } from './task.ts';

const SEVERITIES = ['critical', 'high', 'medium', 'low', 'none', 'unknown'] as const;
const LARGEST_ADVISORY = 4 * 1024 * 1024;
const LARGEST_LIST_BYTES = 8 * 1024 * 1024;
const MOST_CHANGES = 257;

const schema = object('Looks for known vulnerabilities of the installed packages', {
  feed: optional(
    text("The collector's feed of this name", { pattern: '^[a-zA-Z0-9][a-zA-Z0-9._-]{0,127}$' }),
  ),
  file: optional(text('A feed on the device: OSV as JSON, JSON lines, or either as gzip')),
  ecosystem: optional(text('As in the feed, e.g. `Debian:12`; by default by /etc/os-release')),
  ignore: list('Advisories and CVEs that do not count', text('Its id')),
  unfixed: flag('Counts what has no fix yet too', { default: true, remote: true }),
  failAt: choice(
    'Fails when there is one so severe',
    ['never', 'critical', 'high', 'medium', 'low'],
    {
      default: 'never',
      remote: true,
    },
  ),
  maxBytes: size('What a feed may have, packed', { default: '64MiB', max: '256MiB', remote: true }),
});

type Options = Infer<typeof schema>;

interface Finding {
  readonly severity: Severity;
  readonly line: string;
}

export const vulnerabilitiesTask = task<Options>({
  kind: 'vulnerabilities',
  summary: 'counts known vulnerabilities of installed packages',
  schema,
  timeoutSeconds: 600,
  root: false,

  problems: ({ feed, file }) =>
    (feed === undefined) === (file === undefined)
      ? [
          {
            key: 'feed',
            message: 'write one of feed (from the collector) and file (on the device)',
          },
        ]
      : [],

  async run(options, context) {
    const command = ['dpkg-query', '--show', `--showformat=${PACKAGE_FORMAT}`] as const;
    const settings = { quiet: true, keepBytes: LARGEST_LIST_BYTES };
    const result = await runProgram(context, command, settings);
    const failure = failureOf(command, result);
    if (failure !== undefined) return failed(failure, isMissing(result));
    const installed = installedBySource(result.stdout);
    const ecosystem =
      options.ecosystem ?? ecosystemOf((await context.host.read('/etc/os-release')) ?? '');
    if (ecosystem === undefined) {
      return failed('the system does not say what it is: write `ecosystem`, e.g. Debian:12', true);
    }
    const feed = await feedFile(options, context);
    if ('text' in feed) return feed;
    const search = new Search(options, installed, ecosystem);
    await readFeed(feed.path, options, context, (advisory) => search.look(advisory));
    return search.outcome(installed.size);
  },
});

/** Where the feed is; or why there is none. A feed of before serves while the collector is away. */
async function feedFile(
  { feed, file, maxBytes }: Options,
  context: TaskContext,
): Promise<{ readonly path: string } | TaskOutcome> {
  if (file !== undefined)
    return { path: file.startsWith('/') ? file : `${context.folder}/${file}` };
  if (context.collectorUrl === undefined) return failed('collector.url is not configured', true);
  const url = `${context.collectorUrl.replace(/\/+$/, '')}/api/muster/v1/feeds/${feed}`;
  const path = `${await context.upkeep.spool(context.data)}/feeds/${feed}`;
  // A dry run looks only; but what it looks with may be old.
  const { signal } = context;
  let why: string;
  try {
    const { status } = await context.upkeep.courier.fetch(url, path, { maxBytes, signal });
    if (status === 200 || status === 304) return { path };
    why = `${url} answered ${status}`;
  } catch (error) {
    signal.throwIfAborted();
    why = error instanceof Error ? error.message : String(error);
  }
  if ((await context.host.stat(path)) === undefined) return failed(why);
  context.print(`${why}: the feed of before is used`);
  return { path };
}

/** Packed it may have `maxBytes`; unpacked sixteen times that. */
async function readFeed(
  path: string,
  { maxBytes }: Options,
  context: TaskContext,
  each: (advisory: Advisory) => void,
): Promise<void> {
  const cutter = new FeedCutter(LARGEST_ADVISORY);
  const { signal } = context;
  for await (const piece of context.upkeep.texts.read(path, { maxBytes: maxBytes * 16, signal })) {
    for (const json of cutter.add(piece)) {
      const advisory = readAdvisory(JSON.parse(json));
      if (advisory !== undefined) each(advisory);
    }
  }
  cutter.end();
}

class Search {
  readonly #options: Options;
  readonly #installed: ReadonlyMap<string, readonly Installed[]>;
  readonly #ecosystem: string;
  readonly #ignored: ReadonlySet<string>;
  readonly #found = new Map<string, Finding>();
  #advisories = 0;

  constructor(
    options: Options,
    installed: ReadonlyMap<string, readonly Installed[]>,
    ecosystem: string,
  ) {
    this.#options = options;
    this.#installed = installed;
    this.#ecosystem = ecosystem;
    this.#ignored = new Set(options.ignore);
  }

  look(advisory: Advisory): void {
    this.#advisories += 1;
    const names = [advisory.id, ...advisory.cves];
    if (names.some((name) => this.#ignored.has(name))) return;
    for (const affected of advisory.affected) {
      if (!this.#isOurs(affected.ecosystem)) continue;
      for (const { source, version } of this.#installed.get(affected.name) ?? []) {
        if (!isAffected(version, affected, compareDebianVersions)) continue;
        const fixed = fixedIn(version, affected, compareDebianVersions);
        if (fixed === undefined && !this.#options.unfixed) continue;
        const severity = advisory.severity === 'unknown' ? affected.severity : advisory.severity;
        const name = advisory.cves.length === 0 ? advisory.id : advisory.cves.join(' ');
        const line = `${name} ${source} ${version} ${fixed ?? 'no fix yet'} (${severity})`;
        this.#note(`${name} ${source} ${version}`, { severity, line });
      }
    }
  }

  outcome(packages: number): TaskOutcome {
    const found = [...this.#found.values()].sort(
      (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity),
    );
    const count = (severity: Severity) => found.filter((each) => each.severity === severity).length;
    const figures = Object.fromEntries(SEVERITIES.map((each) => [each, count(each)]));
    const by = SEVERITIES.filter((each) => count(each) > 0).map((each) => `${count(each)} ${each}`);
    const what = found.length === 0 ? 'none' : by.join(', ');
    const { failAt } = this.#options;
    const worst = found[0]?.severity ?? 'unknown';
    const isGood = failAt === 'never' || SEVERITIES.indexOf(worst) > SEVERITIES.indexOf(failAt);
    return {
      ok: isGood,
      text: `known vulnerabilities of ${counted(packages, 'package')}: ${what}`,
      changes: found.slice(0, MOST_CHANGES).map(({ line }) => line),
      figures: { ...figures, packages, advisories: this.#advisories },
      ...(isGood ? {} : { permanent: true }),
    };
  }

  /** `Debian` alone stands for every release; `Debian:12` never for `Debian:13`. */
  #isOurs(ecosystem: string): boolean {
    return ecosystem === this.#ecosystem || ecosystem === this.#ecosystem.split(':')[0];
  }

  /** Two advisories may tell of one CVE: the one that knows its severity counts. */
  #note(key: string, finding: Finding): void {
    const known = this.#found.get(key);
    if (known === undefined || known.severity === 'unknown') this.#found.set(key, finding);
  }
}
