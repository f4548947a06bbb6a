/** The page in a real browser against the real server: what people see, live, and no errors. */
import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, buildPage, CHROMIUM, openBrowser } from '../support/browser.ts';
import { demoDevices, demoReports, feedHistory, liveMessage } from '../support/demo-fleet.ts';
import { httpFixture } from '../support/http-fixture.ts';

/** Set to a folder to look at what the test saw. */
const SCREENSHOTS = process.env['MUSTER_SCREENSHOTS'];
const PI = 'pi-berlin-a1b2c3';

describe.skipIf(!existsSync(CHROMIUM))(
  'page in Chromium (skipped where /usr/bin/chromium is missing)',
  () => {
    const fleet = demoDevices(Date.now());
    let fixture: ReturnType<typeof httpFixture>;
    let browser: Browser;
    let page: Page;
    let folder: string;
    let address: string;
    const complaints: string[] = [];

    beforeAll(async () => {
      folder = await buildPage();
      fixture = httpFixture({ wall: Date.now, devices: fleet, webRoot: folder });
      for (const [run, told] of demoReports(Date.now()))
        fixture.reports.report(PI, 'berlin', run, told, Date.now());
      feedHistory(fixture.store, fleet, Date.now(), 1_500_000);
      address = await fixture.app.listen({ host: '127.0.0.1', port: 0 });
      browser = await openBrowser();
      page = await browser.context.newPage();
      page.on('console', (message) => {
        if (message.type() !== 'log') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('requestfailed', (request) => {
        // A stream ends when its view goes; everything else must arrive.
        if (!request.url().includes('/stream')) complaints.push(`${request.url()} failed`);
      });
    });

    afterAll(async () => {
      await browser.close();
      await fixture.app.close();
      await rm(folder, { recursive: true });
    });

    async function shoot(name: string): Promise<void> {
      if (SCREENSHOTS !== undefined)
        await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
    }

    const rows = () => page.locator('table.fleet tbody tr');
    const ids = () => page.locator('table.fleet tbody th').allTextContents();
    const cell = (id: string, column: string) =>
      rows().filter({ hasText: id }).locator(`[data-column=${column}]`);
    const nowOf = (title: string) => page.locator('figure', { hasText: title }).locator('.now');

    it('shows the fleet', async () => {
      await page.setViewportSize({ width: 1280, height: 800 });
      await page.goto(address);
      await expect.poll(() => rows().count()).toBe(5);
      await page.locator('#link', { hasText: /^Live$/ }).waitFor();
      expect(await page.locator('.summary').textContent()).toBe(
        '5 devices · 4 up · 1 down · 1 unhealthy',
      );
      expect(await cell(PI, 'health').textContent()).toBe('Unhealthy');
      expect(await cell('x86-lisbon', 'health').textContent()).toBe('–');
      expect(await cell('pi-berlin-d4e5f6', 'state').textContent()).toBe('Down');
      expect(await cell(PI, 'notes').textContent()).toBe('2 gaps');
      expect(await cell('pi-clone', 'notes').textContent()).toBe('clone');
      await page.locator('tbody [data-column=memory]', { hasText: /\d %/ }).first().waitFor();
      expect(await cell('x86-lisbon', 'backlog').textContent()).toBe('1,240 (402 KiB)');
      expect(await cell('pi-berlin-d4e5f6', 'load').textContent()).toBe('–');
      await shoot('fleet-light');
    });

    it('sorts and searches, by keyboard too', async () => {
      const head = page.getByRole('columnheader', { name: 'State' });
      await head.getByRole('button').focus();
      await page.keyboard.press('Enter');
      expect(await head.getAttribute('aria-sort')).toBe('ascending');
      expect((await ids())[0]).toBe('pi-berlin-d4e5f6');
      await page.keyboard.press('Enter');
      expect(await head.getAttribute('aria-sort')).toBe('descending');
      await page.getByRole('searchbox').fill('role=edge lisbon');
      expect(await ids()).toEqual(['x86-lisbon-777777']);
      await page.getByRole('searchbox').fill('nothing like this');
      expect(await page.locator('.note').textContent()).toBe('No device matches the search.');
      await page.getByRole('searchbox').fill('');
      expect(await ids()).toHaveLength(5);
    });

    it('hears of a change by itself', async () => {
      const changed = { ...fleet[2], up: true, lastSeen: Date.now() } as (typeof fleet)[number];
      const { id, site } = changed;
      // Only the stream knows of it, which tells again what a look at the list has overwritten.
      const told = () => {
        fixture.feed.tell({ kind: 'state', device: id, site, at: Date.now(), data: changed });
        return cell(id, 'state').textContent();
      };
      await expect.poll(told).toBe('Up');
      fixture.devices.set(id, changed);
    });

    it('shows one device with charts that move', async () => {
      await page.getByRole('link', { name: PI }).click();
      await page.waitForSelector('figure:not([hidden]) canvas');
      expect(await page.evaluate(`document.activeElement?.textContent`)).toBe(PI);
      expect(
        await page.locator('figure:not([hidden]) figcaption > span:first-child').allTextContents(),
      ).toEqual(['CPU busy', 'Memory used', 'Load', 'Network', 'Disk used', 'Temperature']);
      await expect.poll(() => nowOf('CPU busy').textContent()).toMatch(/^\d+(\.\d)? %$/);
      const before = await nowOf('Load').textContent();
      const device = fleet.find(({ id }) => id === PI) as (typeof fleet)[number];
      // A value that no history holds: what is shown then came by the stream.
      const live = liveMessage(device, Date.now() + 1);
      const loaded = live.data.map((sample) =>
        sample.labels['__name__'] === 'node_load1' ? { ...sample, value: 7.77 } : sample,
      );
      fixture.feed.tell({ ...live, data: loaded });
      await expect.poll(() => nowOf('Load').textContent()).toContain('7.77');
      expect(before).not.toContain('7.77');
      expect(await page.locator('canvas').first().evaluate(painted)).toBe(true);
      expect(await page.locator('.details').textContent()).toContain('Raspberry Pi 4');
      const table = (caption: string) => page.getByRole('table', { name: caption });
      expect(await page.locator('.headline').textContent()).toContain('Unhealthy: web: connection');
      expect(await table('Checks').locator('tbody tr').first().textContent()).toContain('web http');
      expect(await table('Runs').locator('.state').allTextContents()).toEqual([
        'running',
        'failed',
        'succeeded',
      ]);
      await shoot('device-light');
    });

    it('asks for other spans', async () => {
      const button = page.getByRole('button', { name: '6 h' });
      await button.click();
      expect(await button.getAttribute('aria-pressed')).toBe('true');
      await expect.poll(() => nowOf('CPU busy').textContent()).toMatch(/%/);
      await page.getByRole('button', { name: '15 min' }).click();
    });

    it('suits the dark and a narrow screen', async () => {
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.waitForTimeout(300);
      await shoot('device-dark');
      await page.setViewportSize({ width: 360, height: 740 });
      await page.waitForTimeout(300);
      const overflow = () => page.evaluate(`document.documentElement.scrollWidth - innerWidth`);
      expect(await overflow()).toBe(0);
      await shoot('device-narrow');
      await page.getByRole('link', { name: '← Fleet' }).click();
      await expect.poll(() => rows().count()).toBe(5);
      await page.waitForTimeout(500);
      expect(await overflow()).toBe(0);
      // Still a table for those who do not see it.
      expect(await page.getByRole('row').count()).toBe(6);
      await shoot('fleet-narrow-dark');
      await page.emulateMedia({ colorScheme: 'light' });
      await shoot('fleet-narrow');
    });

    it('says so when a device is unknown or the collector is away', async () => {
      await page.goto(`${address}/#/device/nobody`);
      await page.waitForSelector('text=No device has this id.');
      complaints.splice(
        0,
        complaints.length,
        ...complaints.filter((text) => !text.includes('404')),
      );
    });

    it('makes no noise and is light', async () => {
      expect(complaints).toEqual([]);
      const files = (await readdir(folder)).filter((name) => /\.(html|js|css)$/.test(name));
      const sizes = await Promise.all(
        files.map(async (name) => gzipSync(await readFile(join(folder, name))).length),
      );
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(56_000);
    });

    it('shows its API without complaint', async () => {
      await page.setViewportSize({ width: 1280, height: 800 });
      await page.goto(`${address}/docs/`);
      await page.getByText('/api/muster/v1/stream').first().waitFor();
      expect(complaints).toEqual([]);
      await shoot('docs');
    });
  },
);

/** Whether anything was drawn: some pixel is not transparent. Runs in the browser. */
function painted(element: unknown): boolean {
  const canvas = element as {
    width: number;
    height: number;
    getContext(kind: '2d'): {
      getImageData(x: number, y: number, w: number, h: number): { data: Uint8ClampedArray };
    };
  };
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return data.some((byte) => byte !== 0);
}
