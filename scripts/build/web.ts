// The page: one script and one style sheet beside the HTML, served from dist/collector/web.
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { root } from '../lib/root.mjs';
import { WEB_FILES } from './targets.ts';

const SOURCE = 'collector/web';
const OUT = 'dist/collector/web';

export function missingWebFiles(): string[] {
  return WEB_FILES.map((file) => `${SOURCE}/${file}`).filter(
    (path) => !existsSync(join(root, path)),
  );
}

export async function buildWeb(): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [`${SOURCE}/app.ts`, `${SOURCE}/style.css`],
    outdir: OUT,
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    format: 'esm',
    minify: true,
    sourcemap: 'linked',
    legalComments: 'linked',
    metafile: true,
    logLevel: 'warning',
  });
  mkdirSync(join(root, OUT), { recursive: true });
  copyFileSync(join(root, SOURCE, 'index.html'), join(root, OUT, 'index.html'));
  return metafile;
}
