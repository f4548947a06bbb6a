/** Rollouts and releases on the page, against the real collector with devices over MQTT. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM } from '../support/browser.ts';
import { PageRig } from '../support/page/rig.ts';
import { Asking } from '../support/rollouts/asking.ts';
import { MqttDevice } from '../support/rollouts/mqtt-device.ts';
import { Repository } from '../support/rollouts/repository.ts';

const FILE = `packages: [{ name: app, version: 2.0.0 }]
target: all
onFailure: pause
device: { retries: 0 }
stages:
  - name: canary
    devices: [pi-0, pi-1]
    gates: { success: 0, ended: 0, approval: true, expressions: [{ expr: 'node_load1 > 100' }] }
  - name: all
    share: 100
    gates: { success: 0 }
`;
const EXPRESSIONS_ASKED_MS = 120_000;

/** The machine may be busy; a test's own time limit is longer. */
const eventually = <T>(read: () => Promise<T>) => expect.poll(read);

describe.skipIf(!existsSync(CHROMIUM))(
  'rollouts in Chromium (skipped where /usr/bin/chromium is missing)',
  () => {
    let rig: PageRig;
    let devices: readonly MqttDevice[];
    let id = '';

    beforeAll(async () => {
      rig = await PageRig.open(async (data, work) => {
        const repository = await Repository.make(join(data, 'releases'), work);
        await repository.add('app', '1.0.0', { all: 'one' });
        await repository.add('app', '2.0.0', { arm64: 'two', amd64: 'two again' });
        await repository.publish();
      });
      const packages = [{ name: 'app', version: '1.0.0' }];
      devices = Array.from({ length: 6 }, (_, i) => {
        const bad = new Set(i === 1 ? ['2.0.0'] : []);
        // The release has nothing for the last one.
        return new MqttDevice({ id: `pi-${i}`, packages, bad, arch: i === 5 ? 'arm' : 'arm64' });
      });
      for (const device of devices) await device.connect(rig.mqtt);
    });

    afterAll(async () => {
      for (const device of devices) await device.leave();
      await rig[Symbol.asyncDispose]();
    });

    const sign = async (verb: string, by = 'Ada') => {
      const dialog = rig.page.getByRole('dialog');
      await dialog.getByLabel('You').fill(by);
      await dialog.getByRole('button', { name: verb }).click();
      await dialog.waitFor({ state: 'detached' });
    };
    const press = (name: string | RegExp) => rig.page.getByRole('button', { name }).click();
    const stage = (name: string) => rig.page.locator(`[data-stage=${name}]`);
    const table = (name: string) => rig.page.getByRole('table', { name });

    it('has nothing to show at first, and says so', async () => {
      await rig.show('#/rollouts');
      await rig.page.getByText('Nothing was rolled out yet.').waitFor();
      expect(await rig.page.locator('nav [aria-current]').textContent()).toBe('Rollouts');
      await rig.shoot('rollouts-empty');
    });

    it('tells every problem of a file', async () => {
      const { page } = rig;
      await page.getByRole('link', { name: 'New rollout' }).click();
      await eventually(() => page.evaluate(`document.activeElement?.textContent`)).toBe(
        'New rollout',
      );
      await page.getByLabel('Rollout file').fill('tarjet: all\nstagse: []\n');
      await press('Dry run');
      const failure = page.locator('.failure', { hasText: 'stagse' });
      await failure.waitFor();
      expect(await failure.textContent()).toContain('tarjet');
      expect(await page.getByRole('button', { name: 'Start…' }).isDisabled()).toBe(true);
      await rig.shoot('rollout-new-refused');
      rig.complaints.splice(0, 10);
    });

    it('starts only what was tried dry', async () => {
      const { page } = rig;
      await page.getByLabel('Rollout file').fill(FILE);
      await press('Dry run');
      await table('Stages of the dry run').waitFor();
      expect(await table('Stages of the dry run').locator('tbody td').allTextContents()).toEqual([
        ...['canary', '2', '2', 'pi-0, pi-1'],
        ...['all', '4', '4', 'pi-2, pi-3, pi-4, pi-5'],
      ]);
      expect(await table('Devices with their reason').locator('tbody').textContent()).toBe(
        'pi-5allwrong-architecture',
      );
      await rig.shoot('rollout-new');
      const start = page.getByRole('button', { name: 'Start…' });
      await page.getByLabel('Rollout file').fill(`${FILE}# \n`);
      expect(await start.isDisabled()).toBe(true);
      await page.getByLabel('Rollout file').fill(FILE);
      await start.click();
      await page.getByRole('dialog').getByRole('button', { name: 'Start' }).click();
      await page.getByText('Say who you are').waitFor();
      await rig.shoot('dialog');
      await page.getByLabel('Why').fill('new driver');
      await sign('Start');
      await page.waitForURL(/#\/rollout\/r-/);
      id = page.url().split('/').at(-1) ?? '';
      await page.getByRole('heading', { level: 1, name: 'app 2.0.0' }).waitFor();
    });

    it('shows stages, gates and reasons as they change', async () => {
      await stage('canary').getByText('1 succeeded · 1 failed').waitFor();
      expect(await stage('all').textContent()).toContain('waits');
      expect(await rig.page.locator('.facts').textContent()).toContain('by Ada: new driver');
      await eventually(() => table('Reasons').locator('tbody tr').allTextContents()).toEqual([
        'stage-waits3its stage has not begun',
        'failed1every attempt failed',
        'wrong-architecture1the release has no file for its architecture',
      ]);
      await rig.page.getByRole('link', { name: 'page' }).waitFor();
    });

    it('finds the devices of a reason', async () => {
      await press('Show devices: failed');
      const rows = table('Devices of the rollout').locator('tbody tr');
      await eventually(() => rows.count()).toBe(1);
      expect(await rows.first().textContent()).toContain('probe-failed: it does not answer');
      await rig.page.getByLabel('Reason').selectOption('');
      await eventually(() => rows.count()).toBe(6);
    });

    it('pauses, resumes and says what is refused', async () => {
      await press('Pause…');
      await sign('Pause');
      await rig.page.locator('.headline .badge', { hasText: 'paused' }).waitFor();
      // Somebody else was faster.
      await press('Resume…');
      await new Asking(() => rig.http).act(id, 'resume');
      const dialog = rig.page.getByRole('dialog');
      await dialog.getByRole('button', { name: 'Resume' }).click();
      await dialog.getByText('Not done: resume: the rollout is running').waitFor();
      await rig.page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      await rig.page.locator('.headline .badge', { hasText: 'running' }).waitFor();
      rig.complaints.splice(0, 10);
    });

    it(
      'approves a stage, whose gates have been asked',
      async () => {
        const approve = rig.page.getByRole('button', { name: 'Approve the stage canary…' });
        await approve.waitFor({ timeout: EXPRESSIONS_ASKED_MS });
        expect(await table('What the gates of canary measure').textContent()).toContain(
          'node_load1 > 1000 of 1 (0.0 %)',
        );
        await rig.shoot('rollout-asking');
        await approve.click();
        await sign('Approve');
        await rig.page.locator('.headline .badge', { hasText: 'done' }).waitFor();
        await stage('all').getByText('3 succeeded').waitFor();
        await rig.shoot('rollout-done');
      },
      EXPRESSIONS_ASKED_MS + 20_000,
    );

    it('rolls back to a version that is named', async () => {
      await press('Roll back…');
      await rig.page.getByLabel('app: version').fill('1.0.0');
      await sign('Roll back', 'Grace');
      await rig.page.locator('.headline .badge', { hasText: 'reverted' }).waitFor();
      expect(await table('Newest first').textContent()).toContain('Grace');
      expect(devices[0]?.packages).toEqual([{ name: 'app', version: '1.0.0' }]);
    });

    it('lists and filters them, also on a narrow screen', async () => {
      const { page } = rig;
      await page.getByRole('link', { name: '← Rollouts' }).click();
      const row = table('Rollouts').locator('tbody tr');
      await row.waitFor();
      expect(await row.textContent()).toContain('app 2.0.0');
      expect(await row.getByRole('img').getAttribute('aria-label')).toContain('reverted');
      await rig.shoot('rollouts');
      await press('Going on');
      await eventually(() => row.count()).toBe(0);
      await press('Ended');
      await eventually(() => row.count()).toBe(1);
      await page.setViewportSize({ width: 390, height: 800 });
      expect(await rig.overflow()).toBe(0);
      await row.getByRole('link').click();
      await stage('all').waitFor();
      expect(await rig.overflow()).toBe(0);
      await page.setViewportSize({ width: 1280, height: 800 });
    });

    it('turns the pages of many devices', async () => {
      const packages = [{ name: 'app', version: '1.0.0' }];
      const more = Array.from(
        { length: 60 },
        (_, i) => new MqttDevice({ id: `x-${String(i).padStart(2, '0')}`, packages }),
      );
      await Promise.all(more.map((one) => one.connect(rig.mqtt)));
      devices = [...devices, ...more];
      const stages = 'stages: [{ name: one, devices: [x-00], gates: { approval: true } }]';
      const file = `packages: [{ name: app, version: 2.0.0 }]\n${stages}\n`;
      const { id: many } = await new Asking(() => rig.http).start(file);
      await rig.show(`#/rollout/${many}`);
      const ids = table('Devices of the rollout').locator('tbody td:first-child');
      await eventually(() => ids.count()).toBe(50);
      expect(await ids.first().textContent()).toBe('pi-0');
      await press('Next page →');
      await eventually(() => ids.count()).toBe(16);
      expect(await ids.last().textContent()).toBe('x-59');
      expect(await rig.page.getByRole('button', { name: 'Next page →' }).isDisabled()).toBe(true);
      await press('← Page before');
      await eventually(() => ids.count()).toBe(50);
      expect(rig.complaints).toEqual([]);
    });

    it('aborts', async () => {
      await press('Abort…');
      await sign('Abort');
      await rig.page.locator('.headline .badge', { hasText: 'aborted' }).waitFor();
      expect(await rig.page.getByRole('button', { name: 'Abort…' }).count()).toBe(0);
    });

    it('shows on a device which rollouts have it', async () => {
      await rig.show('#/device/pi-0');
      const rows = table('The last rollouts of the device').locator('tbody tr');
      await eventually(() => table('Packages').locator('tbody').textContent()).toBe(
        'app1.0.0–1.0.0',
      );
      const row = rows.filter({ hasText: 'reverted: it was taken back' });
      await row.getByRole('link').click();
      await rig.page.locator('.headline .badge', { hasText: 'reverted' }).waitFor();
    });

    it('says when there is no such rollout', async () => {
      await rig.show('#/rollout/r-none');
      await rig.page.getByText('No rollout has this id').waitFor();
      rig.complaints.splice(0, 10);
    });
  },
);
