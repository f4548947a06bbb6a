// Are the ports free, and if not, who has them? A collector that says EADDRINUSE helps nobody.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';

/** @param {string} host @param {number} port @returns {Promise<string | undefined>} an error code */
function tryListen(host, port) {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', (/** @type {NodeJS.ErrnoException} */ error) => resolve(error.code));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

/** @param {string} path */
function readOr(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

const LISTENING = '0A';

/** Inodes of the sockets that listen on a port. @param {number} port @returns {string[]} */
function socketsOn(port) {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return ['/proc/net/tcp', '/proc/net/tcp6']
    .flatMap((path) => readOr(path).split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(suffix) && fields[3] === LISTENING)
    .map((fields) => `socket:[${fields[9]}]`);
}

/** @param {string} pid @param {Set<string>} sockets */
function holdsOne(pid, sockets) {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some((fd) => sockets.has(readlinkSync(`${folder}/${fd}`)));
  } catch {
    return false; // Ended meanwhile, or another user's.
  }
}

/** "pid 123: node server.js" where /proc tells. @param {number} port @returns {string | undefined} */
function holderOf(port) {
  const sockets = new Set(socketsOn(port));
  if (sockets.size === 0) return undefined;
  const pid = readdirSync('/proc').find((name) => /^\d+$/.test(name) && holdsOne(name, sockets));
  if (pid === undefined) return undefined;
  const command = readOr(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim().slice(0, 100);
  return `pid ${pid}: ${command}`;
}

/**
 * What is wrong with a listener's address and what to do, or nothing.
 * @param {string} what @param {string} variable @param {{ host: string, port: number }} address
 * @returns {Promise<string | undefined>}
 */
export async function portProblem(what, variable, { host, port }) {
  const code = await tryListen(host, port);
  if (code === undefined) return undefined;
  const why = code === 'EADDRINUSE' ? takenBy(port) : `cannot be opened (${code})`;
  const other = port < 1024 ? port + 8000 : port + 1;
  return (
    `Port ${port} (${what}) on ${host} ${why}.\n` +
    `  Stop that program, or use another port: ${variable}=${other} npm start`
  );
}

/** @param {number} port */
function takenBy(port) {
  const holder = holderOf(port);
  const ours = holder?.includes('dist/collector/main.js') ? ' (an earlier `npm start`?)' : '';
  return holder === undefined ? 'is taken by another program' : `is taken by ${holder}${ours}`;
}
