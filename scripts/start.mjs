// npm start: a collector and one agent on this machine, from a checkout that has nothing yet.
// Plain JavaScript without packages: it installs them.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { installPackages } from './lib/install.mjs';
import { root } from './lib/root.mjs';
import { startChild } from './start/child.mjs';
import { prepareConfig } from './start/config.mjs';
import { firstLive, isReady } from './start/live.mjs';
import { portProblem } from './start/ports.mjs';
import { isStale } from './start/stale.mjs';

const HELP = `npm start: runs a Muster collector and one agent that watches this machine.

Installs packages and builds when needed, keeps data, configuration and logs in data/,
listens on loopback only, stops on Ctrl-C.

  MUSTER_HTTP_PORT=8081 npm start    another port for the page and the API (default 8080)
  MUSTER_MQTT_PORT=1884 npm start    another port for MQTT (default 1883)

data/collector.yaml and data/agent.yaml are written once and then yours to change.
Any setting can be given as MUSTER_... in the environment for one run.`;

const READY_MS = 60_000;
const LIVE_MS = 90_000;
/** npm passes a terminal's Ctrl-C on, so that one press may arrive twice. */
const SAME_PRESS_MS = 500;

const data = join(root, 'data');
const started = performance.now();
/** @type {import('./start/child.mjs').Child[]} */
const children = [];
/** @type {number | undefined} */
let stopping;

const elapsed = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;

/** @param {number} code @returns {Promise<never>} */
async function stopAll(code) {
  stopping ??= performance.now();
  for (const child of [...children].reverse()) await child.stop();
  process.exit(code);
}

function onSignal() {
  if (stopping === undefined) {
    console.log('\nStopping the agent, then the collector (again Ctrl-C: at once) ...');
    void stopAll(0);
  } else if (performance.now() - stopping > SAME_PRESS_MS) {
    for (const child of children) child.kill();
    process.exit(1);
  }
}

/** @param {import('./start/child.mjs').Child} child */
async function watch(child) {
  const how = await child.ended;
  if (stopping !== undefined) return;
  stopping = performance.now();
  console.error(`\nThe ${child.name} ended by itself (${how}). Its last lines:`);
  for (const line of child.last) console.error(`  ${line}`);
  console.error(`All of them: ${child.logPath}`);
  await stopAll(1);
}

/** @param {'agent' | 'collector'} name @param {import('./start/config.mjs').Program} program */
function start(name, program) {
  if (stopping !== undefined) throw new Error('stopped');
  console.log(`Starting the ${name} (log: data/${name}.log) ...`);
  const child = startChild(name, program, data);
  children.push(child);
  void watch(child);
}

function buildIfStale() {
  if (!isStale()) return;
  console.log('Building ...');
  const tsx = join(root, 'node_modules/.bin/tsx');
  const { status, stdout, stderr } = spawnSync(tsx, ['scripts/build.ts', '--lenient'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The build failed:\n${stdout}${stderr}`);
}

/** @param {import('./start/config.mjs').Setup} setup */
async function checkPorts({ http, mqtt }) {
  const problems = [
    await portProblem('HTTP', 'MUSTER_HTTP_PORT', http),
    mqtt && (await portProblem('MQTT', 'MUSTER_MQTT_PORT', mqtt)),
  ].filter((problem) => problem !== undefined);
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

/** @param {string} base @param {import('./start/live.mjs').Live | undefined} live */
function tellWhere(base, live) {
  console.log(
    live === undefined
      ? `\nNo live value after ${LIVE_MS / 1000} s; data/agent.log and data/collector.log may say why.`
      : `\nLive after ${elapsed()}: node_load1{instance="${live.instance}"} ${live.value}`,
  );
  console.log(`
  page   ${base}/
  query  curl -s '${base}/api/v1/query?query=node_load1'

Press Ctrl-C to stop.`);
}

async function main() {
  installPackages();
  const setup = await prepareConfig(data, process.env);
  await checkPorts(setup);
  buildIfStale();
  const base = `http://${setup.http.host.replace(/^(0\.0\.0\.0|::)$/, '127.0.0.1')}:${setup.http.port}`;
  const since = Date.now() / 1000;
  start('collector', setup.collector);
  if (!(await isReady(base, READY_MS))) throw new Error(`${base}/-/ready does not answer`);
  start('agent', setup.agent);
  console.log('Waiting for the first live value ...');
  const live = await firstLive(base, since, LIVE_MS);
  if (stopping === undefined) tellWhere(base, live);
}

if (process.argv.slice(2).some((word) => word === '--help' || word === '-h')) {
  console.log(HELP);
} else {
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    await main();
  } catch (error) {
    if (stopping === undefined) {
      console.error(error instanceof Error ? error.message : String(error));
      await stopAll(1);
    }
  }
}
