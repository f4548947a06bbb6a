/** The whole collector with the page, in this process, and a browser that looks at it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { CollectorApp } from '../../../collector/app.ts';
import { loadCollectorConfig } from '../../../collector/config.ts';
import { type Browser, buildPage, openBrowser } from '../browser.ts';
import { freePort } from '../free-port.ts';
import { silentLog } from '../silent-log.ts';

const RULES = fileURLToPath(new URL('../../../deploy/rules', import.meta.url));
/** Set to a folder to look at what the test saw. */
const SCREENSHOTS = process.env['MUSTER_SCREENSHOTS'];

export class PageRig implements AsyncDisposable {
  readonly page: Page;
  readonly http: string;
  readonly mqtt: string;
  /** What the browser found wrong. */
  readonly complaints: string[] = [];
  private readonly app: CollectorApp;
  private readonly browser: Browser;
  private readonly folders: readonly string[];

  private constructor(
    app: CollectorApp,
    mqtt: string,
    browser: Browser,
    page: Page,
    folders: readonly string[],
  ) {
    this.app = app;
    this.http = app.httpAddress();
    this.mqtt = mqtt;
    this.browser = browser;
    this.page = page;
    this.folders = folders;
    page.on('console', (message) => {
      if (message.type() !== 'log') this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
  }

  /** `prepare` puts into the collector's folder what is there before it starts. */
  static async open(prepare: (data: string, work: string) => Promise<void>): Promise<PageRig> {
    const work = await mkdtemp(join(tmpdir(), 'mstr-page-'));
    const data = join(work, 'data');
    await prepare(data, work);
    const webRoot = await buildPage();
    const port = await freePort();
    const loaded = await loadCollectorConfig(undefined, {
      MUSTER_DATA: data,
      MUSTER_HTTP_LISTEN: `127.0.0.1:${await freePort()}`,
      MUSTER_MQTT_LISTEN: `127.0.0.1:${port}`,
    });
    if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join('; '));
    const app = await CollectorApp.open(loaded.config, { webRoot, rulesRoot: RULES }, silentLog);
    await app.start();
    const browser = await openBrowser();
    const page = await browser.context.newPage();
    await page.setViewportSize({ width: 1280, height: 800 });
    const mqtt = `mqtt://127.0.0.1:${port}`;
    return new PageRig(app, mqtt, browser, page, [work, webRoot]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
    await this.app.stop();
    for (const folder of this.folders) await rm(folder, { recursive: true, force: true });
  }

  async show(hash: string): Promise<void> {
    await this.page.goto(`${this.http}/${hash}`);
  }

  /** How far the page is wider than the screen. */
  overflow(): Promise<number> {
    return this.page.evaluate<number>(`document.documentElement.scrollWidth - innerWidth`);
  }

  /** Light, dark and narrow; returns to the first. */
  async shoot(name: string): Promise<void> {
    if (SCREENSHOTS === undefined) return;
    const { page } = this;
    const take = (kind: string) =>
      page.screenshot({ path: join(SCREENSHOTS, `${name}-${kind}.png`), fullPage: true });
    await take('light');
    await page.emulateMedia({ colorScheme: 'dark' });
    await take('dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 390, height: 800 });
    await take('narrow');
    await page.setViewportSize({ width: 1280, height: 800 });
  }
}
