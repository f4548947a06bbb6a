// The two configuration files under data/: written once, then the user's own. The environment
// (MUSTER_HTTP_PORT, MUSTER_MQTT_PORT) goes over them for one run, as MUSTER_... of the programs.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const DEFAULT_PORTS = { http: 8080, mqtt: 1883 };
const HOST = '127.0.0.1';

/**
 * @typedef {{ host: string, port: number }} Address
 * @typedef {{ file: string, env: NodeJS.ProcessEnv }} Program
 * @typedef {{ http: Address, mqtt: Address | undefined, collector: Program, agent: Program }} Setup
 */

/** @param {NodeJS.ProcessEnv} env @param {string} name @returns {number | undefined} */
function portOf(env, name) {
  const text = env[name];
  if (text === undefined || text === '') return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new Error(`${name}=${text} is not a port number`);
}

/** @param {string} path @param {string} text */
function writeOnce(path, text) {
  if (!existsSync(path)) writeFileSync(path, text);
}

const NOTE = '# Written once by `npm start`; change it as you like, it is not overwritten.\n';

/** @param {string} folder @param {{ http: number, mqtt: number }} ports */
function writeFiles(folder, ports) {
  mkdirSync(folder, { recursive: true });
  // Relative paths count from the file: the checkout may be moved.
  writeOnce(
    join(folder, 'collector.yaml'),
    `${NOTE}data: collector\nhttp:\n  listen: ${HOST}:${ports.http}\nmqtt:\n  listen: ${HOST}:${ports.mqtt}\n`,
  );
  writeOnce(
    join(folder, 'agent.yaml'),
    `${NOTE}site: home\ndata: agent\nbroker:\n  url: mqtt://${HOST}:${ports.mqtt}\n# A page to watch wants news at once; the default of 60s is cheaper on a metered link.\npublish:\n  batch: 10s\n`,
  );
}

/** @param {string} text @returns {Address} */
function address(text) {
  const colon = text.lastIndexOf(':');
  const host = text.slice(0, colon).replace(/^\[|\]$/g, '');
  return { host: host === '' ? '0.0.0.0' : host, port: Number(text.slice(colon + 1)) };
}

/** @param {unknown} tree @param {string} section @returns {string | undefined} */
function listenOf(tree, section) {
  const found = /** @type {Record<string, { listen?: unknown } | undefined> | null} */ (tree);
  const listen = found?.[section]?.listen;
  return typeof listen === 'string' ? listen : undefined;
}

/** An external broker needs no port of ours. @param {unknown} tree */
const hasBroker = (tree) => typeof tree === 'object' && tree !== null && 'broker' in tree;

/** @param {string} folder @param {NodeJS.ProcessEnv} env @returns {Promise<Setup>} */
export async function prepareConfig(folder, env) {
  const { MUSTER_HTTP_PORT: _, MUSTER_MQTT_PORT: __, ...rest } = env;
  const http = portOf(env, 'MUSTER_HTTP_PORT');
  const mqtt = portOf(env, 'MUSTER_MQTT_PORT');
  writeFiles(folder, { http: http ?? DEFAULT_PORTS.http, mqtt: mqtt ?? DEFAULT_PORTS.mqtt });
  const file = join(folder, 'collector.yaml');
  const { load } = await import('js-yaml');
  const tree = /** @type {unknown} */ (load(readFileSync(file, 'utf8')));
  const listen = {
    http: http === undefined ? listenOf(tree, 'http') : `${HOST}:${http}`,
    mqtt: mqtt === undefined ? listenOf(tree, 'mqtt') : `${HOST}:${mqtt}`,
  };
  const overHttp = http === undefined ? {} : { MUSTER_HTTP_LISTEN: `${HOST}:${http}` };
  const overMqtt = mqtt === undefined ? {} : { MUSTER_MQTT_LISTEN: `${HOST}:${mqtt}` };
  const overUrl = mqtt === undefined ? {} : { MUSTER_BROKER_URL: `mqtt://${HOST}:${mqtt}` };
  return {
    http: address(listen.http ?? `${HOST}:${DEFAULT_PORTS.http}`),
    mqtt: hasBroker(tree) ? undefined : address(listen.mqtt ?? `${HOST}:${DEFAULT_PORTS.mqtt}`),
    collector: { file, env: { ...rest, ...overHttp, ...overMqtt } },
    agent: { file: join(folder, 'agent.yaml'), env: { ...rest, ...overUrl } },
  };
}
