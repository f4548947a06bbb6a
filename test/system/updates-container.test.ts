/**
 * Container releases: images with the real podman, where it is installed (it needs no daemon and no
 * running container); starting and stopping with a scripted docker, since containers do not run in
 * every machine that runs tests.
 */
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { container } from '../../agent/installers/container.ts';
import type { InstallJob } from '../../agent/installers/installer.ts';
import { here, versionAt } from '../support/installers/here.ts';
import { writeImage } from '../support/installers/image.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

const isMissing = spawnSync('podman', ['info']).status !== 0;
const path = process.env['PATH'];
let folder: TempFolder;

beforeEach(async () => {
  folder = await tempFolder('container');
});

afterEach(async () => {
  process.env['PATH'] = path;
  await folder[Symbol.asyncDispose]();
});

async function jobOf(version: string, options: object, tag = version): Promise<InstallJob> {
  const file = join(folder.path, `${version}.tar`);
  const whole = {
    ...{ image: 'muster-test/web', engine: 'auto', compose: '', project: 'muster', unit: '' },
    ...{ root: false, ...options },
  };
  await writeImage(file, `${whole.image}:${tag}`);
  const installer = { kind: 'container', options: whole };
  return { to: await versionAt(file, { version, installer } as never), options: whole };
}

describe.skipIf(isMissing)(`podman${isMissing ? ' (skipped: it is not installed)' : ''}`, () => {
  const image = `muster-test/web-${process.pid}`;
  const options = { image, engine: 'podman', unit: 'web.service' };

  afterEach(() => {
    for (const tag of ['current', '1.0.0', '2.0.0', '3.0.0', '3.0.0_b1', 'mine', 'other']) {
      spawnSync('podman', ['image', 'rm', '--force', `${image}:${tag}`]);
    }
  });

  function tags(): readonly string[] {
    const asked = ['image', 'ls', '--format', '{{.Tag}}', image];
    const { stdout } = spawnSync('podman', asked, { encoding: 'utf8' });
    return stdout.trim().split('\n').toSorted();
  }

  it('loads an image, makes it current, and keeps the one before', async () => {
    const context = here();
    const [one, two, three] = [
      await jobOf('1.0.0', options),
      await jobOf('2.0.0', options),
      await jobOf('3.0.0+b1', options, '3.0.0_b1'),
    ];
    await container.install(one, context);
    await container.switch(one, context);
    spawnSync('podman', ['tag', `${image}:1.0.0`, `${image}:mine`]);
    expect((await container.present(one, context)).isRunning).toBe(true);
    const second = { ...two, from: one.to };
    await container.install(second, context);
    expect((await container.present(second, context)).isRunning).toBe(false);
    await container.switch(second, context);
    await container.keep(second, context);
    expect(tags()).toEqual(['1.0.0', '2.0.0', 'current', 'mine']);
    const third = { ...three, from: two.to };
    await container.install(third, context);
    await container.switch(third, context);
    await container.keep(third, context);
    expect(tags()).toEqual(['2.0.0', '3.0.0_b1', 'current', 'mine']);
    expect((await container.present(third, context)).isRunning).toBe(true);
    expect(context.restarted).toEqual(['web.service', 'web.service', 'web.service']);
  });

  it('goes back to the image before, and to none', async () => {
    const context = here();
    const [one, two] = [await jobOf('1.0.0', options), await jobOf('2.0.0', options)];
    for (const job of [one, { ...two, from: one.to }]) {
      await container.install(job, context);
      await container.switch(job, context);
    }
    await container.undo({ ...two, from: one.to }, context);
    await container.discard({ ...two, from: one.to }, context);
    expect((await container.present(one, context)).isRunning).toBe(true);
    expect(tags()).toEqual(['1.0.0', 'current']);
    await container.undo(one, context);
    expect((await container.present(one, context)).isRunning).toBe(false);
    expect(tags()).toEqual(['1.0.0']);
  });

  it('refuses a file that is no image, and one whose image is another', async () => {
    const context = here();
    const other = await jobOf('1.0.0', options, 'other');
    await expect(container.install(other, context)).rejects.toThrow(
      `the file has no image ${image}:1.0.0`,
    );
    await writeFile(other.to.path, 'no image');
    await expect(container.install(other, context)).rejects.toThrow(/^podman ended with 125: /);
  });
});

describe('compose', () => {
  /** Docker that remembers its tags and what `up` started, in files. */
  async function scripted(name: 'docker' | 'podman-compose', does: string): Promise<string> {
    const bin = join(folder.path, 'bin');
    const log = join(folder.path, 'asked');
    await mkdir(bin, { recursive: true });
    const script = `#!/bin/sh\ncd ${folder.path}\necho "${name} $*" >> ${log}\n${does}\n`;
    await writeFile(join(bin, name), script, { mode: 0o755 });
    process.env['PATH'] = `${bin}:${path}`;
    return log;
  }

  const DOCKER = [
    'case "$1 $2" in',
    '"image inspect") t=$(echo "$5" | tr / -); [ -e "$t" ] && cat "$t" || exit 1;;',
    '"load --input") echo sha256:$(sha256sum < "$3" | cut -c1-20) > muster-test-web:$(basename "$3" .tar);;',
    'tag*) cp $(echo "$2" | tr / -) $(echo "$3" | tr / -);;',
    '"compose --file") case "$*" in *" up "*) [ -e broken ] || cp muster-test-web:current runs;; *) rm -f runs;; esac;;',
    '"ps --quiet") [ ! -e runs ] || echo c1;;',
    'inspect*) cat runs;;',
    'esac',
  ].join('\n');
  const options = { compose: '/etc/web/compose.yaml', project: 'shop' };

  it('starts what was verified, pulls and builds nothing, and looks whether it runs', async () => {
    const log = await scripted('docker', DOCKER);
    const context = here();
    const [one, two] = [await jobOf('1.0.0', options), await jobOf('2.0.0', options)];
    const second = { ...two, from: one.to };
    for (const job of [one, second]) {
      await container.install(job, context);
      await container.switch(job, context);
    }
    expect((await container.present(second, context)).isRunning).toBe(true);
    await container.undo(second, context);
    expect((await container.present(one, context)).isRunning).toBe(true);
    expect((await container.present(second, context)).isRunning).toBe(false);
    expect(await readFile(log, 'utf8')).toContain(
      'docker compose --file /etc/web/compose.yaml --project-name shop up --detach --no-build --pull never --remove-orphans\n',
    );
    await container.undo(one, context);
    expect((await container.present(one, context)).isRunning).toBe(false);
  });

  it('says so when compose is content and nothing runs', async () => {
    await scripted('docker', DOCKER);
    await writeFile(join(folder.path, 'broken'), '');
    const job = await jobOf('1.0.0', options);
    await container.install(job, here());
    await expect(container.switch(job, here())).rejects.toThrow(
      'compose is done, and no container of shop runs muster-test/web:1.0.0',
    );
  });

  it('refuses where no engine answers', async () => {
    await scripted('docker', 'exit 1');
    const job = await jobOf('1.0.0', { ...options, engine: 'docker' });
    await expect(container.install(job, here())).rejects.toThrow(
      'docker does not answer on this device',
    );
  });
});
