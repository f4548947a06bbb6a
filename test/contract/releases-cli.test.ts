/** Every verb of `muster release`, as docs/releases.md tells them. */
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  initialised,
  type ReleaseDesk,
  releaseDesk,
  signedAndPublished,
} from '../support/releases/muster.ts';

let desk: ReleaseDesk;

const page = (version: string) =>
  Array.from({ length: 900 }, (_, line) => `${line} ${Math.imul(line, 2654435761)}`)
    .concat(`version ${version}`)
    .join('\n');

/** Built and added, not signed. */
async function add(name: string, version: string, ...more: string[]) {
  await desk.tree(`${name}-${version}`, { 'bin/run': 'echo\n', page: page(version) });
  const archive = desk.at(`${name}-${version}.tar`);
  await desk.out('build', desk.at(`${name}-${version}`), '--out', archive);
  return desk.run(['add', name, version, '--file', `arm64=${archive}`, ...more]);
}

interface Manifest {
  readonly files: readonly { readonly sha256: string; readonly length: number }[];
  readonly deltas: readonly {
    readonly path: string;
    readonly from: string;
    readonly to: string;
    readonly length: number;
  }[];
}

async function manifestOf(name: string, version: string): Promise<Manifest> {
  const rows = (await desk.json('list')) as readonly {
    readonly manifest: Manifest & { readonly name: string; readonly version: string };
  }[];
  const found = rows.find(({ manifest }) => manifest.name === name && manifest.version === version);
  if (found === undefined) throw new Error(`${name} ${version} is not listed`);
  return found.manifest;
}

beforeAll(async () => {
  desk = await releaseDesk('releases-cli');
  await initialised(desk);
});

afterAll(() => desk[Symbol.asyncDispose]());

describe('a release', () => {
  it('is added, listed as a draft, signed, published and verified', async () => {
    await writeFile(desk.at('app.yaml'), 'notes: First of all\nprobe: { windowMs: 5 }\n');
    const { out, err } = await add('app', '1.0.0', '--spec', desk.at('app.yaml'));
    expect(out).toBe('app 1.0.0: 1 files, 1 deltas\n');
    expect(err).toMatch(/app-1.0.0.tar compressed: \d+\.\d % of \d+ bytes/);
    expect(await desk.out('list')).toMatch(/app +1.0.0 +draft/);
    expect(await desk.out('status')).toMatch(/targets +1 .* 2 +1\n/);
    await expect(desk.out('publish', '--key', desk.at('work'))).rejects.toThrow(
      'targets 2 needs 1 more signatures',
    );
    expect(await signedAndPublished(desk)).toContain('2.targets.json');
    expect(await desk.json('verify')).toEqual({ ok: true, files: 2, problems: [] });
    expect(await desk.out('search', 'first', 'all')).toMatch(/app +1.0.0 +published/);
    expect(await desk.out('search', 'second')).toBe('no releases\n');
    await expect(add('app', '1.0.0')).rejects.toThrow('published already');
  });

  it('gets deltas from the newest versions, and others on request', async () => {
    for (const version of ['1.1.0', '1.2.0', '1.3.0']) {
      await add('app', version);
      await signedAndPublished(desk);
    }
    const { err } = await add('app', '1.4.0', '--deltas', '2', '--delta-from', '1.0.0');
    const { deltas, files } = await manifestOf('app', '1.4.0');
    const ends = deltas.map(({ path }) => path.replace(/^.*\.tar\./, ''));
    expect(ends).toEqual([
      ...['gz.delta', 'from-1.3.0.delta', 'from-1.2.0.delta', 'from-1.0.0.delta'],
    ]);
    for (const { to, length } of deltas.slice(1)) {
      expect(to).toBe(files[0]?.sha256);
      expect(length).toBeLessThan((files[0]?.length ?? 0) / 20);
    }
    expect((await manifestOf('app', '1.3.0')).files[0]?.sha256).toBe(deltas[1]?.from);
    expect(err).toContain('from 1.3.0: 0.');
    await signedAndPublished(desk);
    expect(await desk.out('verify')).toMatch(/^good: /);
    await expect(add('app', '1.5.0', '--delta-from', '0.9.0')).rejects.toThrow(
      'there is no published app 0.9.0',
    );
  });

  it('has no delta where that saves nothing, and says why', async () => {
    await desk.tree('packed', { page: page('9') });
    await desk.out('build', desk.at('packed'), '--out', desk.at('packed.tar.gz'));
    const file = `arm64=${desk.at('packed.tar.gz')}`;
    const { out, err } = await desk.run(['add', 'app', '2.0.0', '--file', file]);
    expect(out).toContain('0 deltas');
    expect(err).toContain('from 1.4.0: it is compressed');
    expect(await readdir(desk.at('releases', 'staged'))).toEqual(['targets.json']);
  });

  it('is deprecated, put into channels, withdrawn', async () => {
    expect(await desk.json('deprecate', 'app', '1.1.0')).toMatchObject({ lifecycle: 'deprecated' });
    expect(await desk.out('channels', 'app', '1.3.0', 'stable', 'beta')).toContain('beta, stable');
    expect(await desk.out('withdraw', 'app', '2.0.0')).toContain('withdrawn');
    await signedAndPublished(desk);
    const list = await desk.out('list');
    expect(list).toMatch(/app +1.1.0 +deprecated/);
    expect(list).toMatch(/app +1.3.0 +published +beta, stable/);
    expect(list).not.toContain('2.0.0');
    await expect(desk.out('withdraw', 'app', '2.0.0')).rejects.toThrow('muster release list');
    await expect(desk.out('channels', 'app', '1.3.0', 'No!')).rejects.toThrow('No! is no name');
  });

  it('is pruned only when no device may fall back to it', async () => {
    await writeFile(desk.at('in-use'), 'app 1.0.0\n');
    const args = ['prune', '--keep', '1', '--in-use', desk.at('in-use')];
    const would = (await desk.json(...args, '--dry-run')) as { releases: string[] };
    expect(would.releases).toEqual(['app/1.2.0', 'app/1.1.0']);
    await desk.out(...args);
    await signedAndPublished(desk);
    expect(await desk.out('verify')).toMatch(/^good/);
    // Files go only once nothing that is published names them.
    const { files } = (await desk.json(...args)) as { files: string[] };
    expect(files.some((file) => file.startsWith('app/1.2.0/'))).toBe(true);
    expect(files.some((file) => file.startsWith('app/1.0.0/'))).toBe(false);
    const left = (await readdir(desk.at('releases/targets/app'))).sort();
    expect(left).toContain('1.0.0');
    expect(await readdir(desk.at('releases/targets/app/1.2.0'))).toEqual([]);
    expect(await desk.out('verify')).toMatch(/^good/);
    await writeFile(desk.at('in-use'), 'app\n');
    await expect(desk.out(...args)).rejects.toThrow('"app" is not a name and a version');
  });
});

describe('bad input', () => {
  it('is told with what to do', async () => {
    const file = desk.at('app-1.0.0.tar');
    await writeFile(desk.at('bad.yaml'), 'notes: [\n');
    await writeFile(desk.at('odd.yaml'), 'probes: {}\n');
    const cases: readonly (readonly [string[], string])[] = [
      [['add', 'app', '3.0.0'], 'at least one --file'],
      [['add', 'app', '3', '--file', file], '3 is no semantic version'],
      [['add', 'App', '3.0.0', '--file', file], 'name'],
      [['add', 'app', '3.0.0', '--file', desk.at('nowhere')], 'nowhere'],
      [['add', 'app', '3.0.0', '--file', desk.at('a b')], 'a b is no name'],
      [['add', 'app', '3.0.0', '--file', file, '--file', file], 'two files for all'],
      [['add', 'app', '3.0.0', '--file', file, '--deltas', 'x'], '--deltas is a number'],
      [['add', 'app', '3.0.0', '--file', file, '--role', 'them'], 'them may not speak for'],
      [['add', 'app', '3.0.0', '--file', file, '--spec', desk.at('bad.yaml')], 'bad.yaml'],
      [['add', 'app', '3.0.0', '--file', file, '--spec', desk.at('odd.yaml')], 'probes is none of'],
      [['sign', 'targets', '--key', desk.at('root1')], 'muster release status'],
      [['sign', 'nobody', '--key', desk.at('work')], 'no nobody is staged'],
      [['export', 'root', '--out', desk.at('x.txt')], '.json'],
      [['rotate', 'snapshots'], 'is no role: root, timestamp'],
      [['revoke', 'root', 'zz'], 'beginning of 0 key ids'],
      [['revoke', 'targets', (await desk.out('keys', 'show', desk.at('work'))).trim()], '0 keys'],
      [['renew', 'snapshot'], 'publish renews snapshot'],
      [['keys', 'show', desk.at('bad.yaml')], 'bad.yaml'],
      [['build', desk.at('nowhere'), '--out', desk.at('y.tar')], 'nowhere'],
    ];
    for (const [args, why] of cases) {
      await expect(desk.out(...args), args.join(' ')).rejects.toThrow(why);
    }
  });

  it('takes passphrases from no command line', async () => {
    const { out } = await desk.run(['keys', 'create', desk.at('k1'), '--json']);
    expect(JSON.parse(out)).toMatchObject({ file: desk.at('k1') });
    expect((await stat(desk.at('k1'))).mode & 0o777).toBe(0o600);
    expect(await readFile(desk.at('k1'), 'utf8')).not.toContain('correct horse');
    const short = { MUSTER_PASSPHRASE: 'short' };
    await expect(desk.run(['keys', 'create', desk.at('k2')], short)).rejects.toThrow('at least 8');
    const wrong = { MUSTER_PASSPHRASE: 'another one' };
    const sign = ['sign', 'targets', '--key', desk.at('k1')];
    await expect(desk.run(sign, wrong)).rejects.toThrow('k1');
    await expect(desk.run([...sign, '--passphrase', 'x'])).rejects.toThrow('unknown option');
  });
});

it('has help for each verb', async () => {
  const groups = [[], ['keys'], ['director-root']];
  for (const group of groups) {
    const help = await desk.out(...group, '--help');
    const verbs = [...help.matchAll(/^ {2}([a-z][a-z-]*) /gm)].map(([, verb = '']) => verb);
    expect(verbs.length).toBeGreaterThan(1);
    for (const verb of verbs.filter((one) => one !== 'help')) {
      expect(await desk.out(...group, verb, '--help')).toContain(
        `release ${[...group, verb].join(' ')}`,
      );
    }
  }
});
