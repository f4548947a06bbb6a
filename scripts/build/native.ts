// LevelDB's addon travels beside the bundle. node-gyp-build looks for it by the layout of
// node_modules; in a bundle a table does: processor -> addons to try, the musl one after glibc's.
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { root } from '../lib/root.mjs';

const PREBUILDS = 'node_modules/classic-level/prebuilds';

const ADDONS: Readonly<Record<string, readonly string[]>> = {
  'linux-x64': ['classic-level.node', 'classic-level.musl.node'],
  'linux-arm64': ['classic-level.armv8.node', 'classic-level.armv8.musl.node'],
  'linux-arm': ['classic-level.armv7.node', 'classic-level.armv6.node'],
};

const LOADER = `
const { join } = require('node:path');
const addons = ${JSON.stringify(ADDONS)};
module.exports = function load() {
  const host = process.platform + '-' + process.arch;
  let reason = 'not built for ' + host;
  for (const file of addons[host] ?? []) {
    try {
      return require(join(import_meta_dirname, 'prebuilds', host, file));
    } catch (error) {
      // An addon of another C library refuses to load: the next one may not.
      reason = error.message;
    }
  }
  throw new Error('LevelDB addon: ' + reason);
};
`;

export const nativeAddon: Plugin = {
  name: 'native-addon',
  setup(build) {
    build.onResolve({ filter: /^node-gyp-build$/ }, () => ({
      path: 'loader',
      namespace: 'native-addon',
    }));
    build.onLoad({ filter: /.*/, namespace: 'native-addon' }, () => ({
      contents: LOADER,
      loader: 'js',
      resolveDir: root,
    }));
  },
};

/** Copies the addons that exist and returns how many bytes the one for this machine has. */
export function copyAddons(folder: string): void {
  for (const [host, files] of Object.entries(ADDONS)) {
    for (const file of files) {
      const from = join(root, PREBUILDS, host, file);
      if (!existsSync(from)) continue;
      mkdirSync(join(folder, 'prebuilds', host), { recursive: true });
      copyFileSync(from, join(folder, 'prebuilds', host, file));
    }
  }
}
