/** Debian's PostgreSQL and Redis on loopback ports of the system's choice, each in a temp folder. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { chown, mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { type TempFolder, tempFolder } from '../temp-folder.ts';

const POSTGRES_HOME = '/usr/lib/postgresql';
const REDIS = '/usr/bin/redis-server';
const STARTING_MS = 120_000;

export const PASSWORD = 'correct horse battery';
export const haveRedis = existsSync(REDIS);
export const postgresBin = newestPostgres();

export interface Database extends AsyncDisposable {
  readonly port: number;
  /** The socket's folder (PostgreSQL) or the socket (Redis). */
  readonly socket: string;
  readonly folder: string;
  readonly process: ChildProcess;
}

/** User `checker` and the superuser, both with the password, which the server really asks for. */
export async function startPostgres(tls?: { cert: string; key: string }): Promise<Database> {
  const bin = postgresBin ?? '';
  const folder = await tempFolder('mstr-postgres');
  const [data, socket] = [join(folder.path, 'data'), folder.path];
  const passwords = join(folder.path, 'initial');
  writeFileSync(passwords, PASSWORD);
  await mkdir(data, { mode: 0o700 });
  const owner = await postgresUser(folder.path, data, passwords);
  const asOwner = { ...owner, cwd: folder.path, stdio: 'ignore' as const };
  const made = ['-D', data, '-U', 'boss', '--auth=scram-sha-256', `--pwfile=${passwords}`];
  execFileSync(join(bin, 'initdb'), [...made, '--no-sync', '-E', 'UTF8'], asOwner);
  const settings = ['fsync=off', `unix_socket_directories=${socket}`, 'listen_addresses=localhost'];
  if (tls !== undefined) settings.push(...(await secured(data, tls, owner)));
  const port = await freePort();
  const args = [...settings, `port=${port}`].flatMap((setting) => ['-c', setting]);
  const child = spawn(join(bin, 'postgres'), ['-D', data, ...args], asOwner);
  await accepts(join(socket, `.s.PGSQL.${port}`), child);
  return { port, socket, folder: folder.path, process: child, ...ended(child, folder, 'SIGINT') };
}

export async function startRedis(): Promise<Database> {
  const folder = await tempFolder('mstr-redis');
  const port = await freePort();
  const socket = join(folder.path, 'redis.sock');
  const settings = {
    port,
    bind: '127.0.0.1',
    unixsocket: socket,
    dir: folder.path,
    save: '',
    requirepass: PASSWORD,
  };
  const args = Object.entries(settings).flatMap(([key, value]) => [`--${key}`, String(value)]);
  const child = spawn(REDIS, args, { stdio: 'ignore' });
  await accepts(socket, child);
  return { port, socket, folder: folder.path, process: child, ...ended(child, folder, 'SIGTERM') };
}

function newestPostgres(): string | undefined {
  if (!existsSync(POSTGRES_HOME)) return undefined;
  const versions = readdirSync(POSTGRES_HOME).sort((a, b) => Number(b) - Number(a));
  return versions
    .map((version) => `${POSTGRES_HOME}/${version}/bin`)
    .find((bin) => {
      return existsSync(`${bin}/postgres`) && existsSync(`${bin}/initdb`);
    });
}

/** The server refuses to run as root: then it is run as Debian's user for it. */
async function postgresUser(...paths: readonly string[]): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  const [uid, gid] = [id('-u'), id('-g')];
  for (const path of paths) await chown(path, uid, gid);
  return { uid, gid };
}

async function secured(
  data: string,
  { cert, key }: { cert: string; key: string },
  { uid, gid }: { uid?: number; gid?: number },
): Promise<string[]> {
  const [certFile, keyFile] = [join(data, 'server.crt'), join(data, 'server.key')];
  writeFileSync(certFile, cert);
  writeFileSync(keyFile, key, { mode: 0o600 });
  if (uid !== undefined && gid !== undefined) await chown(keyFile, uid, gid);
  return ['ssl=on', `ssl_cert_file=${certFile}`, `ssl_key_file=${keyFile}`];
}

async function accepts(path: string, child: ChildProcess): Promise<void> {
  const until = Date.now() + STARTING_MS;
  for (;;) {
    const isThere = await new Promise<boolean>((resolve) => {
      const socket = connect(path);
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isThere) return;
    if (child.exitCode !== null || Date.now() > until)
      throw new Error('the database did not start');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function ended(child: ChildProcess, folder: TempFolder, how: NodeJS.Signals): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      // A stopped one would not hear it.
      child.kill('SIGCONT');
      const exited = once(child, 'exit');
      if (child.exitCode === null && child.signalCode === null) {
        child.kill(how);
        await exited;
      }
      await folder[Symbol.asyncDispose]();
    },
  };
}
