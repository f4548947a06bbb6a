/** The check `database` against Debian's PostgreSQL and Redis (skipped where they are missing). */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseCheck } from '../../agent/checks/database.ts';
import { Authority } from '../support/checks/certificates.ts';
import {
  type Database,
  haveRedis,
  PASSWORD,
  postgresBin,
  startPostgres,
  startRedis,
} from '../support/checks/databases.ts';
import { OpenSockets } from '../support/checks/open-sockets.ts';
import { refusals, runCheck } from '../support/checks/run-check.ts';
import { hasOpenssl } from '../support/notifiers/certificate.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

let folder: TempFolder;
let passwordFile: string;
let wrongFile: string;

beforeAll(async () => {
  folder = await tempFolder('mstr-database');
  passwordFile = join(folder.path, 'password');
  wrongFile = join(folder.path, 'wrong');
  writeFileSync(passwordFile, `${PASSWORD}\n`);
  writeFileSync(wrongFile, 'not this one\n');
});
afterAll(() => folder[Symbol.asyncDispose]());

describe.skipIf(postgresBin === undefined)('PostgreSQL (skipped where it is missing)', () => {
  let database: Database;
  let authority: Authority | undefined;
  const options = (more: object = {}) => ({
    type: 'postgresql',
    port: database.port,
    username: 'boss',
    passwordFile,
    database: 'postgres',
    ...more,
  });
  const psql = (sql: string): string =>
    execFileSync(
      join(postgresBin ?? '', 'psql'),
      ['-h', database.socket, '-p', String(database.port), '-U', 'boss', '-Atc', sql, 'postgres'],
      { encoding: 'utf8', env: { ...process.env, PGPASSWORD: PASSWORD } },
    ).trim();
  const sessions = () =>
    Number(psql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'muster-agent'"));
  /** A session ends a moment after its connection. */
  const noSession = async () => {
    while (sessions() > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  };

  beforeAll(async () => {
    authority = hasOpenssl ? new Authority(folder.path) : undefined;
    database = await startPostgres(authority?.issue(30));
  });
  afterAll(() => database[Symbol.asyncDispose]());

  it('is good when it answers SELECT 1, and logs out', async () => {
    const found = await runCheck(databaseCheck, options({ budget: '10s' }));
    expect(found).toMatchObject({ state: 'ok', withinBudget: true });
    expect(found.text).toMatch(/^postgresql at 127\.0\.0\.1:\d+: answered in /);
    expect(found.figures?.map(({ name }) => name)).toEqual(['connect', 'response']);
    await noSession();
  });

  it('goes by its Unix socket', async () => {
    const found = await runCheck(databaseCheck, options({ socket: database.socket }));
    expect(found).toMatchObject({ state: 'ok' });
    expect(found.text).toContain(`postgresql at ${database.socket}`);
  });

  it.skipIf(!hasOpenssl)('speaks TLS (skipped where openssl is missing)', async () => {
    const caFile = authority?.caFile;
    const tls = (more: object) => runCheck(databaseCheck, options({ tls: more }));
    expect(await tls({ caFile })).toMatchObject({ state: 'ok' });
    expect(await tls({})).toMatchObject({ state: 'critical' });
    expect(await tls({ verify: false })).toMatchObject({ state: 'ok' });
    expect(await tls({ caFile, servername: 'other.example' })).toMatchObject({ state: 'critical' });
    await noSession();
  });

  it.each([
    ["SELECT 'a text'", {}, 'ok', ': a text'],
    ['SELECT 7', { warning: '5', critical: '10' }, 'warning', ': 7, not 5'],
    ['SELECT 17', { warning: '5', critical: '10' }, 'critical', ': 17, not 10'],
    ['SELECT 3.5', { warning: '5', critical: '10' }, 'ok', ': 3.5'],
    ['SELECT NULL', { critical: '10' }, 'critical', 'no value, which is no number'],
    ["SELECT 'x'", { critical: '10' }, 'critical', 'which is no number'],
    ['SHOW server_version_num', { critical: '10000:' }, 'ok', ': 1'],
    ['SELECT 1 WHERE false', {}, 'ok', ': no value'],
    ['SELECT nonsense', {}, 'critical', 'column "nonsense" does not exist'],
    ['SELECT 1; DROP TABLE x', {}, 'critical', 'multiple commands'],
    ['CREATE TABLE written (a int)', {}, 'critical', 'read-only transaction'],
    ['SELECT generate_series(1, 100000)', {}, 'critical', 'more than 1000 rows'],
  ])('judges the value of %s with %j: %s', async (query, thresholds, state, text) => {
    const found = await runCheck(databaseCheck, options({ query, ...thresholds }));
    expect(found).toMatchObject({ state, text: expect.stringContaining(text) as string });
    await noSession();
  });

  it('gives the value as a figure', async () => {
    const found = await runCheck(databaseCheck, options({ query: 'SELECT 42' }));
    expect(found.figures).toContainEqual({ name: 'value', unit: '', value: 42 });
  });

  it('warns over its budget', async () => {
    const slow = options({ query: 'SELECT pg_sleep(0.05)', budget: '1ms' });
    const found = await runCheck(databaseCheck, slow);
    expect(found).toMatchObject({ state: 'warning', withinBudget: false });
  });

  it('fails with a wrong password and without one, and tells neither', async () => {
    const wrong = await runCheck(databaseCheck, options({ passwordFile: wrongFile }));
    expect(wrong).toMatchObject({ state: 'critical' });
    expect(wrong.text).toContain('password authentication failed');
    expect(wrong.text).not.toContain('not this one');
    const without = await runCheck(databaseCheck, { ...options(), passwordFile: undefined });
    expect(without.text).toContain('it asks for a password: set passwordFile');
    await noSession();
  });

  it('leaves no session and no query behind when its time is over', async () => {
    const hanging = options({ query: 'SELECT pg_sleep(60)' });
    const found = await runCheck(databaseCheck, hanging, { timeoutMs: 300 });
    expect(found).toMatchObject({ state: 'critical' });
    expect(found.text).toMatch(/no answer in time|statement timeout/);
    await noSession();
  });
});

describe.skipIf(!haveRedis)('Redis (skipped where it is missing)', () => {
  let database: Database;
  const options = (more: object = {}) => ({
    type: 'redis',
    port: database.port,
    passwordFile,
    ...more,
  });
  beforeAll(async () => {
    database = await startRedis();
  });
  afterAll(() => database[Symbol.asyncDispose]());

  it('is good when it answers PING, by port and by socket', async () => {
    const found = await runCheck(databaseCheck, options({ budget: '10s', database: '3' }));
    expect(found).toMatchObject({ state: 'ok', withinBudget: true });
    const { socket } = database;
    expect(await runCheck(databaseCheck, options({ socket }))).toMatchObject({ state: 'ok' });
  });

  it('fails with a wrong password and without one, and tells neither', async () => {
    const wrong = await runCheck(databaseCheck, options({ passwordFile: wrongFile }));
    expect(wrong).toMatchObject({ state: 'critical' });
    expect(wrong.text).toContain('WRONGPASS');
    expect(wrong.text).not.toContain('not this one');
    const without = await runCheck(databaseCheck, options({ passwordFile: undefined }));
    expect(without.text).toContain('it asks for a password');
  });

  it('fails while it is stopped', async () => {
    database.process.kill('SIGSTOP');
    const found = await runCheck(databaseCheck, options({ budget: '1s' }), { timeoutMs: 200 });
    database.process.kill('SIGCONT');
    expect(found).toMatchObject({ state: 'critical', withinBudget: false });
    expect(found.text).toContain('no answer in time');
  });
});

describe.each(['postgresql', 'redis'])('%s', (type) => {
  it('fails where nobody listens', async () => {
    const server = await OpenSockets.of(createServer());
    await server[Symbol.asyncDispose]();
    const found = await runCheck(databaseCheck, { type, port: server.port, budget: '1s' });
    expect(found).toMatchObject({ state: 'critical', withinBudget: false });
    expect(found.text).toContain('connection refused');
  });

  it.each([
    ['says nothing', false],
    ['hangs up', true],
  ])('fails when the server %s, and leaves nothing open', async (_, hangsUp) => {
    await using server = await OpenSockets.of(
      createServer((socket) => void (hangsUp ? socket.destroy() : socket.resume())),
    );
    const tree = { type, port: server.port, username: 'me', passwordFile };
    const found = await runCheck(databaseCheck, tree, { timeoutMs: 300 });
    expect(found).toMatchObject({ state: 'critical' });
    await server.closed();
  });
});

describe('configuration', () => {
  it.each([
    [{}, 'type: is needed'],
    [{ type: 'oracle' }, 'type: '],
    [{ type: 'redis', query: 'KEYS *' }, 'query: is for PostgreSQL only'],
    [{ type: 'redis', database: 'main' }, 'database: must be a number for Redis'],
    [{ type: 'redis', username: 'x' }, 'passwordFile: is needed with username'],
    [{ type: 'postgresql', passwordFile: 'x' }, 'username: is needed with passwordFile'],
    [{ type: 'postgresql', query: 'x', warning: '10:5' }, 'warning: is not a range'],
    [{ type: 'postgresql', critical: '5' }, 'critical: needs a query'],
    [{ type: 'postgresql', socket: 'run' }, 'socket: '],
    [{ type: 'postgresql', password: 'x' }, 'password: no such key'],
  ])('%j is refused', (tree, message) => {
    expect(refusals(databaseCheck, tree).join('\n')).toContain(message);
  });
});
