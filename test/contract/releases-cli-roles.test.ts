/** Keys and roles of `muster release`: rotation, revocation, delegation, the director's root. */
import { copyFile, readdir, readFile, rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDirector } from '../../collector/io/releases/director.ts';
import { readMetadata } from '../../protocol/tuf/read.ts';
import {
  initialised,
  type ReleaseDesk,
  releaseDesk,
  signedAndPublished,
} from '../support/releases/muster.ts';

let desk: ReleaseDesk;

beforeEach(async () => {
  desk = await releaseDesk('releases-roles');
});

afterEach(() => desk[Symbol.asyncDispose]());

async function add(name: string, version: string, ...more: string[]): Promise<void> {
  await desk.tree(`${name}-${version}`, { page: `${name} ${version}` });
  const archive = desk.at(`${name}-${version}.tar`);
  await desk.out('build', desk.at(`${name}-${version}`), '--out', archive);
  await desk.out('add', name, version, '--file', archive, ...more);
}

const good = async () => expect(await desk.out('verify')).toMatch(/^good/);

describe('keys of the repository', () => {
  it('change in every role, with a root that two people sign on machines of their own', async () => {
    await initialised(desk);
    const ids = new Map<string, string>();
    for (const role of ['root', 'targets', 'snapshot', 'timestamp'])
      ids.set(role, await desk.key(`new-${role}`));
    const old = (await desk.out('keys', 'show', desk.at('work'))).trim();
    for (const role of ['targets', 'snapshot', 'timestamp'])
      await desk.out('rotate', role, '--add', desk.at(`new-${role}.pub`), '--remove', old);
    const root3 = (await desk.out('keys', 'show', desk.at('root3.pub'))).trim();
    await desk.out('rotate', 'root', '--add', desk.at('new-root.pub'), '--remove', root3);
    // By file exchange: nobody has two keys, and a stranger's signature counts for nothing.
    await desk.out('export', 'root', '--out', desk.at('root.json'));
    for (const key of ['root1', 'work']) {
      await copyFile(desk.at('root.json'), desk.at(`${key}.json`));
      await desk.out('sign', desk.at(`${key}.json`), '--key', desk.at(key));
      await desk.out('import', desk.at(`${key}.json`));
    }
    await expect(desk.out('publish', '--key', desk.at('work'))).rejects.toThrow(
      'root 2 needs 1 more signatures of its keys, and 1 of the keys of root 1',
    );
    await desk.out('sign', 'root', '--key', desk.at('root2'));
    await desk.out('sign', 'targets', '--key', desk.at('new-targets'));
    const keys = ['--key', desk.at('new-snapshot'), '--key', desk.at('new-timestamp')];
    await desk.out('publish', ...keys);
    await good();
    await expect(desk.out('import', desk.at('root.json'))).rejects.toThrow('export it again');
    // The old key signs nothing any more; a key without another is taken away only where enough stay.
    await expect(desk.out('revoke', 'targets', ids.get('targets') ?? '')).rejects.toThrow('0 keys');
    await desk.out('revoke', 'root', root3.replace(/./g, 'x')).catch(() => undefined);
    await desk.out('revoke', 'root', ids.get('root') ?? '');
    await desk.out('sign', 'root', '--key', desk.at('root1'), '--key', desk.at('root2'));
    await desk.out('publish', ...keys);
    await good();
    expect(await desk.json('status')).toMatchObject([{ role: 'root', published: '3' }, {}, {}, {}]);
  });

  it('are renewed before they expire, and an expiry is said', async () => {
    await initialised(desk);
    desk.later(200);
    expect(await desk.out('status')).toContain('(EXPIRED)');
    await expect(desk.out('verify')).rejects.toThrow('problems');
    await desk.out('renew', 'targets');
    await signedAndPublished(desk);
    await good();
    desk.later(170);
    await desk.out('renew');
    await desk.out('sign', 'root', '--key', desk.at('root1'), '--key', desk.at('root3'));
    await desk.out('publish', '--key', desk.at('work'));
    await desk.out('renew', 'targets');
    await signedAndPublished(desk);
    await good();
  });
});

describe('delegation', () => {
  it('lets others sign their releases, and only these', async () => {
    await initialised(desk);
    await desk.key('team');
    const team = ['--key', desk.at('team')];
    await desk.out('delegate', 'team', '--key', desk.at('team.pub'), '--paths', 'web-*');
    await signedAndPublished(desk);
    await good();
    await expect(add('app', '1.0.0', '--role', 'team')).rejects.toThrow('may not speak for app/');
    await add('web-ui', '1.0.0', '--role', 'team');
    const early = await desk.run(['publish', '--key', desk.at('work')]);
    expect(early.err).toContain('team needs 1 more signatures');
    expect(await desk.out('list')).toMatch(/web-ui +1.0.0 +draft/);
    await expect(desk.out('sign', 'team', '--key', desk.at('work'))).rejects.toThrow(
      'may not sign team',
    );
    await desk.out('export', 'team', '--out', desk.at('team.json'));
    await desk.out('sign', desk.at('team.json'), ...team);
    expect(await desk.out('import', desk.at('team.json'))).toBe('team 1: 1 signatures\n');
    expect(await desk.out('publish', '--key', desk.at('work'))).toContain('1.team.json');
    expect(await desk.json('verify')).toMatchObject({ ok: true, files: 2 });
    expect(await desk.out('list')).toMatch(/web-ui +1.0.0 +published/);
    await desk.out('deprecate', 'web-ui', '1.0.0');
    await desk.out('sign', 'team', ...team);
    await desk.out('publish', '--key', desk.at('work'));
    expect(await desk.out('list')).toMatch(/web-ui +1.0.0 +deprecated/);
    expect(await desk.out('status')).toMatch(/team +2 /);
    await good();
  });

  it('is taken back, or goes to another key', async () => {
    await initialised(desk);
    for (const key of ['team', 'other']) await desk.key(key);
    await desk.out('delegate', 'team', '--key', desk.at('team.pub'), '--paths', 'web');
    await add('web', '1.0.0', '--role', 'team');
    await desk.out('sign', 'team', '--key', desk.at('team'));
    await signedAndPublished(desk);
    await desk.out('delegate', 'team', '--key', desk.at('other.pub'), '--paths', 'web');
    await desk.out('sign', 'targets', '--key', desk.at('work'));
    const said = await desk.run(['publish', '--key', desk.at('work')]);
    expect(said.err).toContain('team needs 1 more');
    await expect(desk.out('verify')).rejects.toThrow('1 problems');
    await desk.out('sign', 'team', '--key', desk.at('other'));
    await desk.out('publish', '--key', desk.at('work'));
    expect(await desk.json('verify')).toMatchObject({ ok: true, files: 2 });
    await desk.out('undelegate', 'team');
    await signedAndPublished(desk);
    expect(await desk.json('verify')).toMatchObject({ ok: true, files: 0 });
    // Devices want every role that a snapshot ever named.
    expect(await readFile(desk.at('releases/metadata/timestamp.json'), 'utf8')).toContain('"');
    const shots = (await readdir(desk.at('releases/metadata'))).filter((n) =>
      n.includes('snapshot'),
    );
    const last = shots.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)).at(-1) ?? '';
    expect(await readFile(desk.at('releases/metadata', last), 'utf8')).toContain('team.json');
    await expect(desk.out('undelegate', 'team')).rejects.toThrow('no delegated role team');
    await expect(
      desk.out('delegate', 'root', '--key', desk.at('team.pub'), '--paths', 'x'),
    ).rejects.toThrow('root is no name');
  });
});

describe("the director's root", () => {
  it('goes from the collector to people, and they give it another key', async () => {
    const folder = desk.at('director');
    const open = () => openDirector(folder, { now: desk.now, assigned: () => [], seen: () => 0 });
    await open();
    for (const key of ['p1', 'p2', 'p3']) await desk.key(key);
    const own = ['--director', folder];
    expect(await desk.out('director-root', 'status', ...own)).toContain('held by the collector');
    const people = ['p1', 'p2', 'p3'].flatMap((key) => ['--root-key', desk.at(`${key}.pub`)]);
    const file = desk.at('next.json');
    const change = ['director-root', 'change', ...own, '--out', file];
    const install = ['director-root', 'install', file, ...own];
    expect(await desk.out(...change, ...people)).toContain('needs 2 more signatures');
    await expect(desk.out(...install)).rejects.toThrow('needs 2 more');
    await desk.out('sign', file, '--key', desk.at('p1'), '--key', desk.at('p3'));
    expect(await desk.out(...install)).toContain('own root key is removed');
    // Once more is nothing.
    expect(await desk.out(...install)).toContain('root 2 of the director is in force');
    expect((await readdir(folder)).sort()).toEqual(['devices', 'key.json', 'metadata']);
    expect(await desk.json('director-root', 'status', ...own)).toMatchObject({
      ...{ version: 2, threshold: 2, holder: 'people' },
    });

    await rm(file);
    const before = await readFile(`${folder}/key.json`, 'utf8');
    await desk.out(...change, '--new-online-key');
    await expect(desk.out(...change)).rejects.toThrow('is there already');
    await desk.out('sign', file, '--key', desk.at('p1'), '--key', desk.at('p2'));
    expect(await desk.out(...install)).toContain('restart the collector');
    const key = await readFile(`${folder}/key.json`, 'utf8');
    expect(key).not.toBe(before);
    const root = readMetadata('root', await readFile(`${folder}/metadata/3.root.json`), 1e6, 'it');
    if (!root.ok) throw new Error('root 3 cannot be read');
    const { keyid } = JSON.parse(key) as { keyid: string };
    expect(root.value.signed.roles.timestamp.keyids).toEqual([keyid]);
    const stamp = Buffer.from((await (await open()).file('press-1', 'timestamp.json')) ?? []);
    expect(stamp.length === 0 || stamp.includes(keyid)).toBe(true);
    await expect(desk.out('director-root', 'status', '--director', desk.at('x'))).rejects.toThrow(
      '1.root.json',
    );
  });
});
