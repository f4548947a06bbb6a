/** The configuration of alerts and its templates on disk. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { alertingFiles } from '../../collector/io/alerting-files.ts';
import { tempFolder } from '../support/temp-folder.ts';

describe('files of alerting', () => {
  it('are read: templates by globs beside the configuration, each once, in order', async () => {
    await using folder = await tempFolder('alerting');
    const path = join(folder.path, 'alerting.yml');
    await writeFile(path, 'route: {}');
    await mkdir(join(folder.path, 't', 'deep'), { recursive: true });
    for (const name of ['b.tmpl', 'a.tmpl', 'c.txt', 'deep/d.tmpl', 'deep/x1.tmpl']) {
      await writeFile(join(folder.path, 't', name), name);
    }
    const files = alertingFiles(path);
    expect(await files.config()).toEqual({ path, text: 'route: {}' });
    const texts = async (...globs: string[]) =>
      (await files.templates(globs)).map(({ text }) => text);
    expect(await texts('t/*.tmpl')).toEqual(['a.tmpl', 'b.tmpl']);
    expect(await texts('t/*.tmpl', 't/a.tmpl')).toEqual(['a.tmpl', 'b.tmpl']);
    expect(await texts('t/*/[c-e].tmpl')).toEqual(['deep/d.tmpl']);
    expect(await texts('t/*/x?.tmpl')).toEqual(['deep/x1.tmpl']);
    expect(await texts(join(folder.path, 't/b.tmpl'))).toEqual(['b.tmpl']);
    expect(await texts('nothing/*.tmpl')).toEqual([]);
  });

  it('that cannot be read are named', async () => {
    await using folder = await tempFolder('alerting');
    const missing = alertingFiles(join(folder.path, 'no.yml'));
    await expect(missing.config()).rejects.toThrow(/no\.yml does not exist/);
    await expect(alertingFiles(folder.path).config()).rejects.toThrow(/is a folder/);
  });

  it('are not needed: there is a configuration to begin with', async () => {
    expect((await alertingFiles(undefined).config()).text).toContain('receiver: page-only');
  });
});
