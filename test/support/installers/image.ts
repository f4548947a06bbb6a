/** An image as `docker save` writes it, made by hand: one layer with one file. */
import { writeFile } from 'node:fs/promises';
import { sum, tarOf } from '../updates/releases.ts';

export async function writeImage(path: string, tag: string): Promise<void> {
  const layer = tarOf([{ path: 'web', text: `${tag}\n`, mode: 0o755 }]);
  const config = {
    ...{ architecture: 'amd64', os: 'linux', config: { Cmd: ['/web'] } },
    rootfs: { type: 'layers', diff_ids: [`sha256:${sum(layer)}`] },
  };
  const manifest = [{ Config: 'config.json', RepoTags: [tag], Layers: ['layer.tar'] }];
  const archive = tarOf([
    { path: 'manifest.json', text: JSON.stringify(manifest) },
    { path: 'config.json', text: JSON.stringify(config) },
    { path: 'layer.tar', text: Buffer.from(layer).toString('latin1') },
  ]);
  await writeFile(path, archive);
}
