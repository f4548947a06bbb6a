// Replacements at build time: what a bundle cannot carry as it is, or should not carry at all.
import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';
import { root } from '../lib/root.mjs';

const MODULES = `${root}/node_modules`;

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
