/** From an operator's keys to a device's verdict: real commands, a real server, a real store. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Metadata, MetadataKind } from '@tufjs/models';
import { Command } from 'commander';
import { fastify } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Checked, check, type Self } from '../../agent/core/trust/check.ts';
import { attested } from '../../agent/core/trust/time.ts';
import {
  type Arrival,
  freshTrust,
  type TrustState,
  type Wanted,
} from '../../agent/core/trust/trusted.ts';
import { createTrustStore } from '../../agent/io/trust-store.ts';
import { release } from '../../collector/cli/commands/release/index.ts';
import type { CliIo } from '../../collector/cli/io.ts';
import { listed, targetsOf } from '../../collector/core/releases/catalog.ts';
import type { Assigned } from '../../collector/core/releases/director.ts';
import { refusals } from '../../collector/io/http/refusals.ts';
import { releases } from '../../collector/io/http/releases.ts';
import { openDirector } from '../../collector/io/releases/director.ts';
import { ReleaseFolder } from '../../collector/io/releases/folder.ts';
import { openReleaseShelf } from '../../collector/io/releases/shelf.ts';
import { PASSPHRASE, writeKey } from '../support/releases/key.ts';
import { silentLog } from '../support/silent-log.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

const DEVICE = 'press-17';
let temp: TempFolder;
let base = '';
let close: () => Promise<void> = async () => undefined;
let assigned: readonly Assigned[] = [];
const at = (...parts: string[]) => join(temp.path, ...parts);

async function muster(...args: string[]): Promise<string> {
  let out = '';
  const io: CliIo = {
    out: (text) => {
      out += text;
    },
    err: () => undefined,
    fetch,
    env: { MUSTER_RELEASES: at('releases'), MUSTER_PASSPHRASE: PASSPHRASE },
    terminal: false,
    signal: new AbortController().signal,
    now: Date.now,
    sleep: async () => undefined,
  };
  const program = new Command('muster').option('--json').exitOverride();
  release(program, io);
  await program.parseAsync(['release', ...args], { from: 'user' });
  return out;
}

/** As a device would: over HTTP, and with what it has kept. */
async function update(state: TrustState, self: Partial<Self> = {}): Promise<Checked> {
  const whole: Self = {
    device: DEVICE,
    architecture: 'arm64',
    installed: [],
    versions: new Map(),
    accepts: () => true,
    satisfies: () => false,
    ...self,
  };
  const steps = check(state, whole, { wall: Date.now(), known: true });
  let step = steps.next();
  while (step.done !== true) step = steps.next(await arrive(step.value));
  return step.value;
}

async function arrive({ repository, file }: Wanted): Promise<Arrival> {
  const place = repository === 'release' ? 'releases' : `director/${DEVICE}`;
  const got = await fetch(`${base}/${place}/metadata/${file}`);
  if (!got.ok) return { kind: 'absent' };
  return { kind: 'bytes', bytes: new Uint8Array(await got.arrayBuffer()) };
}

const text = (...path: string[]) => readFile(at(...path), 'utf8');

async function published(): Promise<readonly Assigned[]> {
  const { published: there } = await new ReleaseFolder(at('releases')).load();
  return listed(targetsOf(there.targets?.signed)).flatMap(({ manifest }) => manifest.files);
}

beforeAll(async () => {
  temp = await tempFolder('release-flow');
  await mkdir(at('app', 'bin'), { recursive: true });
  await writeFile(at('app', 'bin', 'run'), '#!/bin/sh\necho 1\n', { mode: 0o755 });
  await writeFile(at('app', 'readme'), 'hello');
  for (const key of ['root1', 'root2', 'root3', 'work', 'fresh']) await writeKey(at(key));
  const roots = ['root1', 'root2', 'root3'].flatMap((key) => ['--root-key', at(`${key}.pub`)]);
  const work = ['--targets-key', '--snapshot-key', '--timestamp-key'].flatMap((one) => [
    one,
    at('work.pub'),
  ]);
  await muster('init', ...roots, ...work);
  const folder = new ReleaseFolder(at('releases'));
  const director = await openDirector(at('director'), {
    now: Date.now,
    assigned: (device) => (device === DEVICE ? assigned : undefined),
    seen: () => 0,
  });
  const app = fastify({ forceCloseConnections: true });
  refusals(app, silentLog);
  const inUse = () => [{ name: 'app', version: '1.0.0' }];
  void app.register(releases({ shelf: openReleaseShelf(folder), director, inUse }));
  base = await app.listen({ host: '127.0.0.1', port: 0 });
  close = async () => {
    await app.close();
    await temp[Symbol.asyncDispose]();
  };
});

afterAll(() => close());

it('keeps secret halves to their owner, and encrypted', async () => {
  await muster('keys', 'create', at('made'));
  expect((await stat(at('made'))).mode & 0o777).toBe(0o600);
  expect((await stat(at('director', 'key.json'))).mode & 0o777).toBe(0o600);
  expect(Object.keys(JSON.parse(await text('made')) as object)).toEqual([
    'format',
    'keyid',
    'public',
    'sealed',
  ]);
  await expect(muster('keys', 'create', at('made'))).rejects.toThrow('cannot be made');
});

it('builds the same bytes of the same content', async () => {
  await muster('build', at('app'), '--out', at('one.tar.gz'));
  await writeFile(at('app', 'readme'), 'hello');
  await muster('build', at('app'), '--out', at('app-arm64.tar.gz'));
  const [one, two] = await Promise.all([
    readFile(at('one.tar.gz')),
    readFile(at('app-arm64.tar.gz')),
  ]);
  expect(two.equals(one)).toBe(true);
});

it('publishes only what enough keys have signed, also those of other machines', async () => {
  await muster(
    'add',
    'app',
    '1.0.0',
    '--file',
    `arm64=${at('app-arm64.tar.gz')}`,
    '--channel',
    'stable',
  );
  await muster('sign', 'targets', '--key', at('work'));
  await expect(muster('publish', '--key', at('work'))).rejects.toThrow('2 more signatures');
  await muster('sign', 'root', '--key', at('root1'));
  await muster('export', 'root', '--out', at('root.json'));
  await muster('sign', at('root.json'), '--key', at('root3'));
  await muster('import', at('root.json'));
  expect(await muster('publish', '--key', at('work'))).toContain('1.root.json, 1.targets.json');
  expect(await muster('verify')).toBe('good: 1 files\n');
  expect(await muster('search', 'stable')).toContain('published');
});

it('is read by another implementation of the specification', async () => {
  const read = async (file: string) =>
    JSON.parse(await text('releases', 'metadata', file)) as Parameters<typeof Metadata.fromJSON>[1];
  const root = Metadata.fromJSON(MetadataKind.Root, await read('1.root.json'));
  const targets = Metadata.fromJSON(MetadataKind.Targets, await read('1.targets.json'));
  expect(() => root.verifyDelegate('root', root)).not.toThrow();
  expect(() => root.verifyDelegate('targets', targets)).not.toThrow();
});

it('lets a device install what both repositories say, and keep what it trusts', async () => {
  assigned = await published();
  const fresh = freshTrust(
    await text('director', 'metadata', '1.root.json'),
    await text('releases', 'metadata', '1.root.json'),
  );
  const first = await update(fresh);
  if (!first.outcome.ok) throw new Error(JSON.stringify(first.outcome.refusal));
  const [one] = first.outcome.value.installables;
  const got = await fetch(`${base}/releases/targets/${one?.location}`, {
    headers: { range: 'bytes=5-' },
  });
  const whole = Buffer.concat([
    (await readFile(at('app-arm64.tar.gz'))).subarray(0, 5),
    Buffer.from(await got.arrayBuffer()),
  ]);
  expect(got.status).toBe(206);
  expect(createHash('sha256').update(whole).digest('hex')).toBe(one?.file.sha256);

  const store = createTrustStore(at('agent'));
  await store.save(first.state);
  const kept = await createTrustStore(at('agent')).load();
  expect(kept).toEqual({ state: first.state, damaged: false });
  const nonce = 'ab'.repeat(16);
  const answer = await fetch(`${base}/director/${DEVICE}/time?nonce=${nonce}`);
  const stated = attested(first.state, new Uint8Array(await answer.arrayBuffer()), {
    device: DEVICE,
    nonce,
  });
  expect(stated.outcome.ok).toBe(true);
});

it('no longer lets anybody install what was withdrawn', async () => {
  const fresh = freshTrust(
    await text('director', 'metadata', '1.root.json'),
    await text('releases', 'metadata', '1.root.json'),
  );
  await muster('withdraw', 'app', '1.0.0');
  await muster('sign', 'targets', '--key', at('work'));
  await muster('publish', '--key', at('work'));
  expect((await update(fresh)).outcome).toMatchObject({
    ok: false,
    refusal: { attack: 'arbitrary-software' },
  });
});

it('answers with caches in mind', async () => {
  const stamp = await fetch(`${base}/releases/metadata/timestamp.json`);
  const etag = stamp.headers.get('etag') ?? '';
  expect(stamp.headers.get('cache-control')).toBe('no-cache');
  const again = await fetch(`${base}/releases/metadata/timestamp.json`, {
    headers: { 'if-none-match': etag },
  });
  expect(again.status).toBe(304);
  const root = await fetch(`${base}/releases/metadata/1.root.json`);
  expect(root.headers.get('cache-control')).toContain('immutable');
  for (const bad of ['..%2f..%2fdirector%2fkey.json', '1.root.json.bak', 'key.json']) {
    expect((await fetch(`${base}/releases/metadata/${bad}`)).status).toBe(404);
    expect((await fetch(`${base}/director/${DEVICE}/metadata/${bad}`)).status).toBe(404);
  }
});

it('changes who may sign, and devices follow', async () => {
  await muster(
    'rotate',
    'timestamp',
    '--add',
    at('fresh.pub'),
    '--remove',
    (await muster('keys', 'show', at('work'))).trim(),
  );
  await muster('sign', 'root', '--key', at('root1'), '--key', at('root2'));
  await expect(muster('publish', '--key', at('work'))).rejects.toThrow('timestamp');
  await muster('publish', '--key', at('fresh'));
  expect(await muster('verify')).toContain('good');
  const kept = await createTrustStore(at('agent')).load();
  if (kept.state === undefined) throw new Error('nothing was kept');
  const next = await update(kept.state);
  expect(next.state.release.root).toContain('"version":2');
});
