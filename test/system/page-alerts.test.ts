/** The page's view of alerts in a real browser: what people see, press and read. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryCatalog } from '../support/alerting/memory-catalog.ts';
import { type Browser, buildPage, CHROMIUM, openBrowser } from '../support/browser.ts';
import { MINUTE, OnCallRig } from '../support/oncall/rig.ts';
import { serveRig } from '../support/oncall/server.ts';

/** Set to a folder to look at what the test saw. */
const SCREENSHOTS = process.env['MUSTER_SCREENSHOTS'];
const POLICIES = `
escalations: { page: { steps: [{ after: 30m, receivers: [boss] }] } }
routes: [{ matchers: [severity="page"], escalation: page }]
`;
const BERLIN = { site: 'berlin', severity: 'page' };

describe.skipIf(!existsSync(CHROMIUM))(
  'alerts in Chromium (skipped where /usr/bin/chromium is missing)',
  () => {
    let rig: OnCallRig;
    let app: FastifyInstance;
    let browser: Browser;
    let page: Page;
    let folder: string;
    let address: string;
    const complaints: string[] = [];

    beforeAll(async () => {
      folder = await buildPage();
      const wall = Date.now() - MINUTE;
      const catalog = new MemoryCatalog();
      rig = await new OnCallRig({ catalog, policies: POLICIES, wall }).start();
      await rig.fire(
        { alertname: 'DiskFull', instance: 'pi-1', ...BERLIN },
        { alertname: 'DiskFull', instance: 'pi-2', ...BERLIN },
        { alertname: 'DeviceDown', instance: 'x86-9', site: 'lisbon' },
        { alertname: '<b>odd</b>', instance: 'pi-1', site: 'berlin' },
      );
      await rig.desk.beginMaintenance({
        scope: { kind: 'site', site: 'lisbon' },
        endsAt: wall + 60 * MINUTE,
        by: 'grace',
        comment: 'new switch',
      });
      await rig.advance(MINUTE);
      app = serveRig(rig, folder);
      address = await app.listen({ host: '127.0.0.1', port: 0 });
      browser = await openBrowser();
      page = await browser.context.newPage();
      page.on('console', (message) => {
        if (message.type() !== 'log') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
    });

    afterAll(async () => {
      await browser.close();
      await app.close();
      await rm(folder, { recursive: true });
    });

    async function shoot(name: string): Promise<void> {
      if (SCREENSHOTS !== undefined)
        await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
    }

    const rows = () => page.locator('.alerts tbody tr');
    const row = (device: string) => rows().filter({ hasText: device });
    const stateOf = (device: string) => row(device).locator('.chip').allTextContents();

    it('shows what fires, in groups, with what holds it back', async () => {
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.goto(`${address}/#/alerts`);
      await expect.poll(() => rows().count()).toBe(4);
      expect(await page.locator('.summary').textContent()).toBe('4 alerts firing · 3 open');
      const titles = await page.locator('.alerts h2').allTextContents();
      expect(titles).toEqual(['DiskFull (2)', '<b>odd</b> (1)', 'DeviceDown (1)']);
      expect((await stateOf('x86-9'))[0]).toMatch(/^maintenance by grace, until /);
      expect((await stateOf('pi-2'))[1]).toMatch(/^page: step 0, next /);
      await shoot('alerts');
    });

    it('groups by site and searches', async () => {
      await page.getByRole('button', { name: 'Site' }).click();
      expect(await page.locator('.alerts h2').allTextContents()).toEqual([
        'berlin (3)',
        'lisbon (1)',
      ]);
      await page.getByRole('searchbox').fill('maintenance');
      expect(await rows().count()).toBe(1);
      await page.getByRole('searchbox').fill('');
    });

    it('asks for a name, then takes an alert', async () => {
      const button = page.getByRole('button', { name: 'Acknowledge: DiskFull pi-1' });
      await button.click();
      expect(await page.locator('.failure[role=alert]').allTextContents()).toContain(
        'Say who you are first: others want to know who has the alert.',
      );
      await page.getByLabel('You:').fill('Ada');
      await button.click();
      await expect
        .poll(async () => (await stateOf('pi-1')).find((text) => text.startsWith('acknowledged')))
        .toMatch(/^acknowledged by Ada, until /);
      await page.getByRole('button', { name: 'Silence 1 h: DiskFull pi-2' }).click();
      await expect.poll(() => stateOf('pi-2')).toContain('silenced');
      expect(rig.alerting.silences.list([])[0]?.createdBy).toBe('Ada');
      await shoot('alerts-taken');
    });

    it('tells the history of one alert, and gives it back', async () => {
      await row('pi-1').filter({ hasText: 'DiskFull' }).getByRole('link').first().click();
      await page.locator('tr[data-kind=acknowledged]').waitFor();
      const kinds = await page
        .locator('tbody tr')
        .evaluateAll((all) =>
          all.map((one) => (one as unknown as { dataset: { kind: string } }).dataset.kind),
        );
      expect(kinds).toEqual(['acknowledged', 'notified', 'fired']);
      await page.getByRole('button', { name: 'Give back: DiskFull pi-1' }).click();
      await page.locator('tr[data-kind=unacknowledged]').waitFor();
      await shoot('alert');
    });

    it('suits a narrow screen', async () => {
      await page.setViewportSize({ width: 360, height: 740 });
      await page.getByRole('link', { name: '← Alerts' }).click();
      await expect.poll(() => rows().count()).toBe(4);
      expect(await page.evaluate(`document.documentElement.scrollWidth - innerWidth`)).toBe(0);
      await shoot('alerts-narrow');
      expect(complaints).toEqual([]);
    });

    it('takes an alert by the link of its message', async () => {
      const told = rig.heard.find(({ groupKey }) => groupKey.includes('DiskFull'));
      const path = told?.acknowledgeUrl?.replace('http://muster.test', '') ?? '';
      await page.goto(`${address}${path}`);
      await page.getByLabel('Your name').fill('Grace');
      await page.getByRole('button', { name: 'Acknowledge' }).click();
      await page.getByRole('heading', { name: 'Acknowledged' }).waitFor();
      const taken = rig.desk
        .alerts()
        .filter(({ acknowledgement }) => acknowledgement?.by === 'Grace');
      expect(taken).toHaveLength(2);
      await shoot('link');
      expect(complaints).toEqual([]);
    });
  },
);
