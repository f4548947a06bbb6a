// One program that runs beside us, in a process group of its own: Ctrl-C in a terminal reaches a
// whole group at once, and the agent has to be stopped before the collector.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../lib/root.mjs';
import { logFile } from './log.mjs';

const GENTLE_MS = 10_000;

/**
 * @typedef {{ name: string, ended: Promise<string>, last: string[], logPath: string,
 *   stop: () => Promise<void>, kill: () => void }} Child
 */

/**
 * @param {'agent' | 'collector'} name @param {import('./config.mjs').Program} program
 * @param {string} folder @returns {Child}
 */
export function startChild(name, program, folder) {
  const log = logFile(name, join(folder, `${name}.log`), (line) => console.log(line));
  const args = [join(root, 'dist', name, 'main.js'), 'run', '--config', program.file];
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: program.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.on('data', (/** @type {Buffer} */ data) => log.write(data));
  child.stderr.on('data', (/** @type {Buffer} */ data) => log.write(data));
  /** @type {Promise<string>} */
  const ended = new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => {
      log.end();
      resolve(signal === null ? `exit code ${code}` : `signal ${signal}`);
    });
  });
  const kill = () => void child.kill('SIGKILL');
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const timer = setTimeout(() => {
      console.log(`The ${name} did not stop within ${GENTLE_MS / 1000} s and is killed.`);
      kill();
    }, GENTLE_MS);
    await ended;
    clearTimeout(timer);
  };
  return { name, ended, last: log.last, logPath: log.path, stop, kill };
}
