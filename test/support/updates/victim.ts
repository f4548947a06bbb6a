/**
 * A device that is killed: starts, goes on with what it finds, wants one version, ends. Its folder,
 * the server's address and the version are its arguments; its faults come with the environment.
 */

import { device } from './device.ts';
import { changes } from './faulty-disk.ts';
import { pairOf } from './releases.ts';

const [folder = '', base = '', version = ''] = process.argv.slice(2);
const releases = ['1.0.0', '2.0.0', '3.0.0'].flatMap((one) => pairOf(one, `${folder}/root`));
const { updating, reports } = await device(`${folder}/data`, {
  base,
  releases: releases.map(({ manifest }) => manifest),
});
await updating.start();
await updating.want(['web', 'rules'].map((name) => ({ name, version })));
const said = {
  packages: updating.packages(),
  isBusy: updating.underWay !== undefined,
  reports: reports.map(({ name, state, text }) => ({ name, state, text })),
  changes: changes(),
};
process.stdout.write(`${JSON.stringify(said)}\n`, () => process.exit(0));
