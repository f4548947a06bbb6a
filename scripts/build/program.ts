// One program as one folder that works alone: entry, lazily loaded chunks, addon, maps.
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { root } from '../lib/root.mjs';
import { requiredBuiltins } from './builtins.ts';
import { joined } from './joined.ts';
import { namedExports } from './named.ts';
import { copyAddons, nativeAddon } from './native.ts';
import { SWAGGER_FOLDER, SWAGGER_STATIC, swaggerFiles, versionOnly } from './plugins.ts';
import { banner, dropUnusedPreludes } from './prelude.ts';
import type { Target } from './targets.ts';
import { trimmedLevel } from './trimmed-level.ts';
import { shortVendorNames } from './vendor.ts';

async function bundle(target: Target, outdir: string): Promise<Metafile> {
  const options = optionsFor(target, outdir);
  if (target.joined !== true) return (await build(options)).metafile;
  const apart = await build({ ...options, write: false });
  const plugins = [joined(apart.metafile, target.entry), ...options.plugins];
  return (await build({ ...options, plugins })).metafile;
}

function optionsFor(target: Target, outdir: string) {
  return {
    absWorkingDir: root,
    entryPoints: { main: target.entry },
    outdir,
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    // Our names stay: a patch between two releases is small only if a name survives its neighbours.
    minifyWhitespace: true,
    minifySyntax: true,
    minifyIdentifiers: false,
    // Node prints the line that threw: it should not be the whole program.
    lineLimit: 160,
    legalComments: 'linked',
    sourcemap: 'external',
    metafile: true,
    chunkNames: '[name]-[hash]',
    banner: { js: banner(target.entry) },
    plugins: [
      nativeAddon,
      versionOnly,
      namedExports,
      ...(target.trimmed ? [requiredBuiltins, trimmedLevel, shortVendorNames] : [swaggerFiles]),
    ],
    logLevel: 'warning',
  } as const satisfies BuildOptions;
}

function bundles(metafile: Metafile, packageName: string): boolean {
  return Object.keys(metafile.inputs).some((path) => path.includes(`/${packageName}/`));
}

function addFiles(folder: string, metafile: Metafile): void {
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}\n');
  chmodSync(join(folder, 'main.js'), 0o755);
  if (bundles(metafile, 'classic-level')) copyAddons(folder);
  if (bundles(metafile, '@fastify/swagger-ui')) {
    cpSync(SWAGGER_STATIC, join(folder, SWAGGER_FOLDER, 'static'), { recursive: true });
  }
}

/** Builds beside the old folder and swaps: a build that fails leaves the old one usable. */
export async function buildProgram(
  target: Target,
  dist: string = join(root, 'dist'),
): Promise<Metafile> {
  const folder = join(dist, target.name);
  const fresh = `${folder}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  const metafile = await bundle(target, fresh);
  dropUnusedPreludes(fresh);
  addFiles(fresh, metafile);
  if (existsSync(folder)) rmSync(folder, { recursive: true });
  renameSync(fresh, folder);
  return metafile;
}
