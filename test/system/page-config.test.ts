/** Layers, flags, releases and what is wanted of a device on the page, against the real collector. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM } from '../support/browser.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { TestDevice } from '../support/fleet/rig.ts';
import { PageRig } from '../support/page/rig.ts';
import { Repository } from '../support/rollouts/repository.ts';

const DECLARED = { checks: ['web'], tasks: ['tidy'], commands: ['ping', 'run-check'] };

/** The machine may be busy; a test's own time limit is longer. */
const eventually = <T>(read: () => Promise<T>) => expect.poll(read);

describe.skipIf(!existsSync(CHROMIUM))(
  'configuration in Chromium (skipped where /usr/bin/chromium is missing)',
  () => {
    let rig: PageRig;
    let pi: TestDevice;
    let other: TestDevice;

    beforeAll(async () => {
      rig = await PageRig.open(async (data, work) => {
        const repository = await Repository.make(join(data, 'releases'), work);
        await repository.add('app', '1.0.0', { all: 'one' });
        await repository.add('app', '1.10.0', { arm64: 'two', amd64: 'two again' });
        await repository.publish();
      });
      pi = await device('pi-1', { ring: 'canary' });
      other = await device('pi-2', {});
      await pi.report({
        packages: [{ name: 'app', version: '1.0.0', slot: 'a' }],
        declared: DECLARED,
      });
      await other.report({});
    });

    afterAll(async () => {
      await pi.end();
      await other.end();
      await rig[Symbol.asyncDispose]();
    });

    async function device(id: string, labels: Readonly<Record<string, string>>) {
      const client = await connectAsync(rig.mqtt, { clientId: id, reconnectPeriod: 0 });
      const made = new TestDevice(
        client,
        id,
        new Map(Object.entries(labels)),
        new FakeClock(0, Date.now()),
      );
      await made.begin();
      return made;
    }

    const dialog = () => rig.page.getByRole('dialog');
    const sign = async (verb: string) => {
      await dialog().getByLabel('You').fill('Ada');
      await dialog().getByRole('button', { name: verb, exact: true }).click();
      await dialog().waitFor({ state: 'detached' });
    };
    const press = (name: string) => rig.page.getByRole('button', { name, exact: true }).click();
    const table = (name: string) => rig.page.getByRole('table', { name });
    const rows = (name: string) => table(name).locator('tbody tr');

    it('lists releases and which are in use', async () => {
      await rig.show('#/releases');
      await eventually(() => rows('Releases').count()).toBe(2);
      const cells = await rows('Releases').first().locator('td').allTextContents();
      expect(cells.slice(0, 3)).toEqual(['app', '1.10.0', 'published']);
      expect(cells[4]).toBe('arm64, amd64');
      await rig.shoot('releases');
      await rig.page.getByRole('searchbox').fill('1.0');
      await eventually(() => rows('Releases').count()).toBe(1);
    });

    it('sets a layer for a selector, once it is JSON', async () => {
      const { page } = rig;
      await rig.show('#/config');
      await page.getByText('No layer is set').waitFor();
      await page.getByRole('link', { name: 'New layer' }).click();
      await page.getByLabel('Layer', { exact: true }).fill('selector:canary');
      await page.getByLabel('Devices (selector)').fill('ring in (');
      await press('Who is that?');
      await page.getByRole('status').filter({ hasText: 'character 10' }).waitFor();
      await page.getByLabel('Devices (selector)').fill('ring=canary');
      await press('Who is that?');
      await page.getByText('1 device: pi-1').waitFor();
      await page.getByLabel('Content').fill('{ "sampling": { "interval": "5s", }');
      await press('Set layer…');
      await page.getByText('The text is no JSON').waitFor();
      await rig.shoot('layer-new');
      await page.getByLabel('Content').fill('{ "sampling": { "interval": "5s" } }');
      await press('Set layer…');
      await sign('Set');
      await page.waitForURL(/#\/layer\/selector%3Acanary/);
      const [desired] = await pi.desired.take(1);
      expect(desired?.config).toEqual({ sampling: { interval: '5s' } });
      rig.complaints.splice(0, 10);
    });

    it('compares versions of it and reverts', async () => {
      const { page } = rig;
      await eventually(() => rows('Versions').count()).toBe(1);
      await page.getByLabel('Content').fill('{ "sampling": { "interval": "30s" } }');
      await page.getByLabel('Share of the devices (%)').fill('0');
      await press('Set layer…');
      await dialog().getByText('0 % of its devices get this content').waitFor();
      await sign('Set');
      await eventually(() => rows('Versions').count()).toBe(2);
      await press('Compare version 2 with 1');
      await eventually(() => rows('Differences').allTextContents()).toEqual([
        'config.sampling.intervalchanged"5s""30s"',
        'sharechanged1000',
      ]);
      await rig.shoot('layer');
      await press('Revert to version 1…');
      await sign('Revert');
      await eventually(() => rows('Versions').count()).toBe(3);
      expect(await page.getByLabel('Content').inputValue()).toContain('"5s"');
    });

    it('tells what the collector refuses', async () => {
      await rig.page.getByLabel('Devices (selector)').fill('ring in (');
      await press('Set layer…');
      await dialog().getByLabel('You').fill('Ada');
      await dialog().getByRole('button', { name: 'Set', exact: true }).click();
      await dialog().getByText('Not done: selector:').waitFor();
      await rig.page.keyboard.press('Escape');
      rig.complaints.splice(0, 10);
    });

    it('sets a flag, changes its share and kills it', async () => {
      const { page } = rig;
      await rig.show('#/flags/new');
      await page.getByLabel('Flag', { exact: true }).fill('new-ui');
      const rules = [{ selector: 'ring=canary', value: true, share: 100 }];
      const flag = { type: 'boolean', description: 'The new page', default: false, rules };
      await page.getByLabel('Definition').fill(JSON.stringify(flag));
      await press('Set flag…');
      await sign('Set');
      const values = async () => (await rows('Values').allTextContents()).sort();
      await eventually(values).toEqual(['false1', 'true1']);
      await press('Change the share of rule 1…');
      await dialog().getByLabel('Percent').fill('0');
      await sign('Change');
      await eventually(values).toEqual(['false2']);
      await press('Kill…');
      await sign('Kill');
      await page.locator('.headline .badge', { hasText: 'killed' }).waitFor();
      await eventually(() => rows('Versions').count()).toBe(3);
      await rig.shoot('flag');
      await press('End the kill…');
      await sign('End the kill');
      await page.locator('.headline .badge', { hasText: 'on' }).waitFor();
    });

    it('shows what is wanted of a device and what it says to it', async () => {
      const { page } = rig;
      const answer = await fetch(`${rig.http}/api/muster/v1/devices/pi-1/desired`);
      const { version: seen } = (await answer.json()) as { version: number };
      await pi.report({
        ...{ version: 0, seen, outcome: 'refused', declared: DECLARED },
        problems: [{ path: 'sampling.interval', message: 'is below what its file allows' }],
        packages: [{ name: 'app', version: '1.0.0', slot: 'a' }],
      });
      await rig.show('#/device/pi-1');
      await rows('Packages').waitFor();
      expect(await rows('Packages').textContent()).toBe('app1.0.0a–');
      await eventually(() => rows('What the device says').textContent()).toBe(
        'sampling.intervalis below what its file allows',
      );
      await eventually(() => rows('Layers').locator('td').allTextContents()).toEqual([
        ...['selector:canary', '3', 'its new content'],
      ]);
      await eventually(() => rows('Flags of').textContent()).toBe('new-uifalse– differs');
      await page.getByText('It has refused the newest version.').waitFor();
    });

    it('sends a declared command and shows its answer', async () => {
      await press('Send a command…');
      const command = dialog().getByLabel('Command');
      expect(await command.locator('option').allTextContents()).toEqual(DECLARED.commands);
      await command.selectOption('run-check');
      expect(await dialog().getByLabel('Check').inputValue()).toBe('web');
      await rig.shoot('command');
      await sign('Send');
      const [told] = await pi.commands.take(1);
      expect([told?.name, told?.args.get('check')]).toEqual(['run-check', 'web']);
      await pi.answer(told?.id ?? '', { text: 'all is well', output: '<b>200 OK</b>' });
      const sent = rows('Commands to this device');
      await sent.filter({ hasText: 'succeeded' }).filter({ hasText: 'all is well' }).waitFor();
      await press('Output of run-check');
      expect(await dialog().locator('pre').textContent()).toBe('<b>200 OK</b>');
      await rig.page.keyboard.press('Escape');
      await rig.shoot('device');
    });

    it('shows what a command puts out while it runs', async () => {
      const { page } = rig;
      await press('Send a command…');
      await dialog().getByLabel('Command').selectOption('ping');
      await sign('Send');
      const id = (await pi.commands.take(2))[1]?.id ?? '';
      await pi.answer(id, { state: 'accepted' });
      const first = rows('Commands to this device').first();
      await first.filter({ hasText: 'accepted' }).waitFor();
      await press('Output of ping');
      const output = dialog().locator('pre');
      await output.filter({ hasText: 'Nothing yet.' }).waitFor();
      await pi.answer(id, { state: 'running', part: 1, output: 'one\n' });
      await eventually(() => output.textContent()).toBe('one\n');
      await pi.answer(id, { state: 'succeeded', part: 2, text: 'good', output: 'two\n' });
      await eventually(() => output.textContent()).toBe('one\ntwo\n');
      await page.keyboard.press('Escape');
      await first.filter({ hasText: 'succeeded' }).waitFor();
    });

    it('says when no command went to a device', async () => {
      const { page } = rig;
      await rig.show('#/device/pi-2');
      await page.getByText('No command of the last ones went to it.').waitFor();
    });

    it('shows who refused, also on a narrow screen', async () => {
      const { page } = rig;
      await rig.show('#/config');
      await rows('Devices that do not have').waitFor();
      expect(await rows('Devices that do not have').textContent()).toContain('pi-1');
      expect(await page.locator('.summary').textContent()).toContain('1 refused');
      await rig.shoot('config');
      await page.setViewportSize({ width: 390, height: 800 });
      for (const hash of [
        '#/config',
        '#/layer/selector%3Acanary',
        '#/flag/new-ui',
        '#/device/pi-1',
      ]) {
        await rig.show(hash);
        await page.locator('.plain').first().waitFor();
        expect([hash, await rig.overflow()]).toEqual([hash, 0]);
      }
      // Still a table for those who do not see it.
      await eventually(() => rows('Layers').getByRole('cell').count()).toBe(3);
      expect(rig.complaints).toEqual([]);
    });
  },
);
