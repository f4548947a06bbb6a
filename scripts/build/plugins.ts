// Replacements at build time: what a bundle cannot carry as it is, or should not carry at all.
import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';
import { root } from '../lib/root.mjs';

const REPLACED = 'replaced';
const MODULES = `${root}/node_modules`;

/** cbor-x without its native helper and streams: the decoder's guard assumes plain JavaScript. */
export const plainCbor: Plugin = {
  name: 'plain-cbor',
  setup(build) {
    build.onResolve({ filter: /^cbor-x$/ }, () => ({ path: `${MODULES}/cbor-x/index.js` }));
    build.onResolve({ filter: /^cbor-extract$/ }, () => ({ path: 'empty', namespace: REPLACED }));
    build.onLoad({ filter: /^empty$/, namespace: REPLACED }, () => ({ contents: '' }));
  },
};

/** Exports of each module that only throw, with the module's name in the message. */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  './ws': ['streamBuilder', 'browserStreamBuilder'],
  './ali': ['default'],
  './wx': ['default'],
  './socks': ['default'],
  'lru-cache': ['LRUCache'],
  'worker-timers': ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'],
};

function refusal(module: string): string {
  const names = REFUSED[module] ?? [];
  const message = `mqtt.js: ${module} is not part of this build (MQTT 3.1.1 over TCP or TLS)`;
  return [
    'Object.defineProperty(exports, "__esModule", { value: true });',
    `function refuse() { throw new Error(${JSON.stringify(message)}); }`,
    ...names.map((name) => `exports.${name} = refuse;`),
  ].join('\n');
}

const SILENT = `
const silent = () => {};
silent.enabled = false;
silent.extend = () => silent;
module.exports = () => silent;
`;

/** mqtt.js for a device: Node's own streams; no WebSocket, SOCKS, aliases of MQTT 5 or tracing. */
export const trimmedMqtt: Plugin = {
  name: 'trimmed-mqtt',
  setup(build) {
    build.onResolve({ filter: /^readable-stream$/ }, () => ({
      path: 'node:stream',
      external: true,
    }));
    build.onResolve(
      { filter: /^(\.\/(ws|ali|wx|socks)|worker-timers|lru-cache)$/ },
      ({ path, importer }) =>
        importer.includes('/node_modules/mqtt/') ? { path, namespace: 'refused' } : undefined,
    );
    build.onResolve({ filter: /^debug$/ }, () => ({ path: 'debug', namespace: REPLACED }));
    build.onLoad({ filter: /^debug$/, namespace: REPLACED }, () => ({ contents: SILENT }));
    build.onLoad({ filter: /.*/, namespace: 'refused' }, ({ path }) => ({
      contents: refusal(path),
    }));
  },
};

/** Packages read their own package.json for the version alone. */
export const versionOnly: Plugin = {
  name: 'version-only',
  setup(build) {
    build.onLoad({ filter: /\/node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/ }, ({ path }) => {
      const { name, version } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
      return { contents: JSON.stringify({ name, version }), loader: 'json' };
    });
  },
};

/** Where swagger-ui's own files are copied to, beside the bundle. */
export const SWAGGER_FOLDER = 'swagger-ui';
export const SWAGGER_STATIC = `${MODULES}/@fastify/swagger-ui/static`;

/** swagger-ui finds its files from __dirname; in a bundle that is a folder beside it. */
export const swaggerFiles: Plugin = {
  name: 'swagger-files',
  setup(build) {
    build.onLoad({ filter: /\/@fastify\/swagger-ui\/(index|lib\/routes)\.js$/ }, ({ path }) => {
      const inner = path.endsWith('routes.js') ? `${SWAGGER_FOLDER}/lib` : SWAGGER_FOLDER;
      const here = `(import_meta_dirname + '/${inner}')`;
      return { contents: readFileSync(path, 'utf8').replaceAll('__dirname', here), loader: 'js' };
    });
  },
};
