/** Debian's Chromium, headless, with a profile of its own; and the page built as it is shipped. */
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type BrowserContext, chromium } from 'playwright-core';

export const CHROMIUM = '/usr/bin/chromium';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Browser {
  readonly context: BrowserContext;
  close(): Promise<void>;
}

export async function openBrowser(): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'muster-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    args: ARGUMENTS,
    colorScheme: 'light',
  });
  // The page is there sooner or later; a test's own limit is for what hangs.
  context.setDefaultTimeout(120_000);
  return {
    context,
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** Builds collector/web into a new folder. */
export async function buildPage(): Promise<string> {
  const source = fileURLToPath(new URL('../../collector/web', import.meta.url));
  const folder = await mkdtemp(join(tmpdir(), 'muster-page-'));
  await build({
    entryPoints: [join(source, 'app.ts'), join(source, 'style.css')],
    outdir: folder,
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    format: 'esm',
    minify: true,
    logLevel: 'warning',
  });
  await copyFile(join(source, 'index.html'), join(folder, 'index.html'));
  return folder;
}
