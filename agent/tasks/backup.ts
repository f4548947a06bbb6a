/** Packs declared files and folders and brings the archive to the collector, a server or a folder. */
import type { Infer } from '../../protocol/config/schema.ts';
import { count, list, object, optional, size, text } from '../../protocol/config/schema.ts';
import type { Archive, ArchiveOptions } from '../ports/maintenance.ts';
import { compileGlobs } from './kit/glob.ts';
import { stampOf } from './kit/log-groups.ts';
import { globProblems, isWithin, type Problem } from './kit/roots.ts';
import { bytesText, counted, failed, shown } from './kit/say.ts';
import { type TaskContext, type TaskOutcome, task } from './task.ts';

const schema = object('Saves files and folders as tar.gz', {
  paths: list('Files and folders, absolute', text('A path', { pattern: '^/' })),
  exclude: list('Patterns of the paths without their first /', text('A pattern')),
  folder: optional(text('Local folder that gets the archives', { pattern: '^/' })),
  url: optional(
    text('Where they are PUT to, below it `<device>/<task>/<time>.tar.gz`', {
      pattern: '^https?://',
    }),
  ),
  keep: count('Archives that stay in the local folder', { default: 7, min: 1, remote: true }),
  maxBytes: size('What an archive may have', { default: '1GiB', remote: true }),
});

type Options = Infer<typeof schema>;

/** Refused for good: another try would be refused too. */
const PERMANENT = new Set([400, 401, 403, 404, 405, 411, 413, 414]);

export const backupTask = task<Options>({
  kind: 'backup',
  summary: 'saves files to the collector, a URL or a folder',
  schema,
  timeoutSeconds: 3600,
  root: true,

  problems: ({ paths, exclude, folder, url }) => [
    ...(paths.length === 0 ? [{ key: 'paths', message: 'name at least one' }] : []),
    ...paths.flatMap((path, index) => pathProblem(`paths.${index}`, path)),
    ...globProblems('exclude', exclude),
    ...(folder === undefined ? [] : pathProblem('folder', folder)),
    ...(folder !== undefined && url !== undefined
      ? [
          {
            key: 'url',
            message: 'folder is there too: write one of them, or none for the collector',
          },
        ]
      : []),
    ...(url === undefined ? [] : urlProblem(url)),
    ...paths
      .filter((path) => folder !== undefined && isWithin(folder, path))
      .map((path) => ({ key: 'folder', message: `is in ${path}, which is what is saved` })),
  ],

  async run(options, context) {
    const skipped: string[] = [];
    const excluded = compileGlobs(options.exclude);
    const archiving: ArchiveOptions = {
      sources: options.paths.map((path) => ({ path })),
      excludes: (path) => excluded.matches(path),
      maxBytes: options.maxBytes,
      signal: context.signal,
      skipped: (path, why) => skipped.push(`${shown(path)}: ${why}`),
    };
    const outcome = await save(options, context, archiving);
    for (const line of skipped) context.print(`left out: ${line}`);
    return { ...outcome, figures: { ...outcome.figures, files_skipped: skipped.length } };
  },
});

async function save(
  options: Options,
  context: TaskContext,
  archiving: ArchiveOptions,
): Promise<TaskOutcome> {
  const base = baseUrl(options, context);
  if (options.folder === undefined && base === undefined) {
    return failed('no folder, no url, and collector.url is not configured', true);
  }
  const name = `${stampOf(context.clock.wall())}.tar.gz`;
  const target = options.folder ?? `${base}/${context.device}/${context.name}`;
  if (context.dryRun) {
    const { bytes, files } = await context.upkeep.archives.list(archiving);
    const what = `${counted(files, 'file')}, ${bytesText(bytes)} unpacked`;
    return { ok: true, text: `would save ${what} to ${target}`, changes: [], figures: { files } };
  }
  if (options.folder !== undefined) return toFolder(options.folder, options, context, archiving);
  return toServer(`${target}/${name}`, context, archiving);
}

/** Beside those of other tasks: only this task's own archives are counted and removed. */
async function toFolder(
  folder: string,
  { keep }: Options,
  context: TaskContext,
  archiving: ArchiveOptions,
): Promise<TaskOutcome> {
  const { archives } = context.upkeep;
  const path = `${folder}/${context.name}-${stampOf(context.clock.wall())}.tar.gz`;
  const archive = await archives.write(path, archiving);
  const pattern = /^-\d{8}T\d{6}Z\.tar\.gz$/;
  const own = (await archives.names(folder)).filter(
    (name) => name.startsWith(context.name) && pattern.test(name.slice(context.name.length)),
  );
  const old = own.slice(0, Math.max(0, own.length - keep));
  for (const name of old) await archives.remove(`${folder}/${name}`);
  const changes = [path, ...old.map((name) => `removed ${folder}/${name}`)];
  return saved(archive, path, changes, old.length);
}

async function toServer(
  url: string,
  context: TaskContext,
  archiving: ArchiveOptions,
): Promise<TaskOutcome> {
  const { archives, courier } = context.upkeep;
  const folder = await context.upkeep.spool(context.data);
  const spool = `${folder}/${context.name}.tar.gz`;
  try {
    const archive = await archives.write(spool, archiving);
    const digest = Buffer.from(archive.sha256).toString('base64');
    const headers = { 'content-digest': `sha-256=:${digest}:` };
    const { status, text } = await courier.put(url, spool, headers, context.signal);
    if (status < 200 || status > 299) {
      const why = text.trim() === '' ? '' : `: ${shown(text.trim().slice(0, 200))}`;
      return failed(`${url} answered ${status}${why}`, PERMANENT.has(status));
    }
    return saved(archive, url, [url], 0);
  } finally {
    await archives.remove(spool);
  }
}

function saved(
  archive: Archive,
  where: string,
  changes: readonly string[],
  removed: number,
): TaskOutcome {
  const hex = Buffer.from(archive.sha256).toString('hex');
  return {
    ok: true,
    text: `saved ${counted(archive.files, 'file')}, ${bytesText(archive.bytes)}, to ${where} (SHA-256 ${hex})`,
    changes,
    figures: { bytes: archive.bytes, files: archive.files, archives_removed: removed },
  };
}

function baseUrl({ url }: Options, { collectorUrl }: TaskContext): string | undefined {
  if (url !== undefined) return url.replace(/\/+$/, '');
  return collectorUrl === undefined
    ? undefined
    : `${collectorUrl.replace(/\/+$/, '')}/api/muster/v1/backups`;
}

function pathProblem(key: string, path: string): Problem[] {
  if (path === '/' || path.includes('\0') || /\/(\.{0,2})(\/|$)/.test(path)) {
    return [{ key, message: `${path} has an empty part, "." or "..", or is / itself` }];
  }
  const kernel = ['/proc', '/sys', '/dev'].find((each) => isWithin(path, each));
  return kernel === undefined ? [] : [{ key, message: `${path} is in ${kernel}: no files` }];
}

function urlProblem(url: string): Problem[] {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined) return [{ key: 'url', message: `${url} is no URL` }];
  return parsed.username === '' && parsed.password === '' && parsed.search === ''
    ? []
    : [{ key: 'url', message: 'carries a login or a query: those would be in logs' }];
}
