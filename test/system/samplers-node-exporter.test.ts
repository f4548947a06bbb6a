/**
 * Our samplers beside Debian's node_exporter: on this machine, on a recorded `/proc`, on hardware
 * that is written down, on textfiles good and bad.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { OpenHost } from '../../agent/io/host.ts';
import { openHost } from '../../agent/io/host.ts';
import { samplers } from '../../agent/samplers/index.ts';
import {
  compareNames,
  isBetween,
  ourReading,
  type Reading,
  theirReading,
} from '../support/compare-samples.ts';
import {
  type NodeExporter,
  nodeExporterIsHere,
  startNodeExporter,
} from '../support/node-exporter.ts';
import { recordedRoot } from '../support/recorded.ts';
import { sysfsTree } from '../support/sysfs-tree.ts';
import { writeTree } from '../support/write-tree.ts';

const NO_BINARY = nodeExporterIsHere ? '' : ' (skipped: prometheus-node-exporter is not installed)';
const NO_RECORDING = recordedRoot ? '' : ' (skipped: ../shared/peer/node_exporter is not there)';
/** The default folders and file systems of both; ours would leave out more. */
const OVERRIDES = { netclass: { addresses: true }, filesystem: { remote: true } };
/** Sockets that one program has and the other has not while either reads. */
const MOVING = /^node_(sockstat_|netstat_Tcp_CurrEstab|filefd_allocated|procs_running)/;
const ROUNDS = 8;
/** Under another root: the time goes on, and the folder of textfiles is not there. */
const NOT_RECORDED = new Set(['node_time_seconds', 'node_textfile_scrape_error']);

const folders: string[] = [];
const running: NodeExporter[] = [];
const hosts: OpenHost[] = [];

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'muster-samplers-'));
  folders.push(made);
  return made;
}
async function exporter(...args: string[]): Promise<NodeExporter> {
  const started = await startNodeExporter(args);
  running.push(started);
  return started;
}
function hostAt(root: string): OpenHost {
  const host = openHost({ root });
  hosts.push(host);
  return host;
}
async function theirs(...args: string[]): Promise<Reading> {
  return theirReading(await (await exporter(...args)).scrape());
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
  for (const host of hosts.splice(0)) host.close();
});
afterAll(() => {
  for (const made of folders) rmSync(made, { recursive: true });
});

function expectEqual(ours: Reading, other: Reading, atLeast: number): void {
  const { onlyOurs, onlyTheirs, types, shared } = compareNames(ours, other);
  expect({ onlyOurs, onlyTheirs, types }).toEqual({ onlyOurs: [], onlyTheirs: [], types: [] });
  const wrong = shared.filter((series) => {
    const value = ours.values.get(series) ?? Number.NaN;
    const isEqual = isBetween(other.values.get(series) ?? Number.NaN, value, value);
    return !isEqual && !NOT_RECORDED.has(series);
  });
  expect(wrong).toEqual([]);
  expect(shared.length).toBeGreaterThanOrEqual(atLeast);
}

describe.skipIf(!nodeExporterIsHere)(`beside node_exporter${NO_BINARY}`, () => {
  test('this machine: the same series, and values between two readings of ours', async () => {
    const host = hostAt('');
    const peer = await exporter();
    const disagreeing = new Map<string, string>();
    let shared: readonly string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = await ourReading(samplers, host, OVERRIDES);
      const between = theirReading(await peer.scrape());
      const after = await ourReading(samplers, host, OVERRIDES);
      const difference = compareNames(before, between);
      expect(difference).toMatchObject({ onlyOurs: [], onlyTheirs: [], types: [] });
      shared = difference.shared;
      for (const series of round === 0 ? shared : disagreeing.keys()) {
        const [one, value, other] = [before, between, after].map(
          (reading) => reading.values.get(series) ?? Number.NaN,
        ) as [number, number, number];
        if (isBetween(value, one, other)) disagreeing.delete(series);
        else disagreeing.set(series, `${one} .. ${value} .. ${other}`);
      }
      if (disagreeing.size === 0) break;
    }
    expect([...disagreeing].filter(([series]) => !MOVING.test(series))).toEqual([]);
    expect(shared.length).toBeGreaterThan(250);
  });

  test.skipIf(!recordedRoot)(`a recorded /proc: equal${NO_RECORDING}`, async () => {
    const root = recordedRoot ?? '';
    const other = await theirs(`--path.procfs=${root}/proc`);
    expectEqual(await ourReading(samplers, hostAt(root)), other, 500);
  });

  test('hardware that is written down: equal', async () => {
    const root = folder();
    writeTree(root, sysfsTree);
    const other = await theirs(`--path.sysfs=${root}/sys`);
    const ours = await ourReading(samplers, hostAt(root), OVERRIDES);
    expectEqual(ours, other, 150);
  });

  test('textfiles: the same ones are taken, with the same metrics', async () => {
    const root = folder();
    const directory = `${root}/textfiles`;
    const contents = [
      'a 1',
      '# HELP b Help\\nfor b.\n# TYPE b counter\nb{x="1",y="\\"\\\\\\n"} 2.5e3\nb{y="2"} +Inf',
      'c 1 1500000000000',
      'd 1 ',
      'e one',
      'f{x="1",x="2"} 1',
      'g{x=1} 1',
      'h{x="\\t"} 1',
      '# TYPE i speedometer\ni 1',
      'j 1\n# TYPE j gauge',
      '# TYPE k gauge\n# TYPE k gauge\nk 1',
      '# HELP l x\n# HELP l y\nl 1',
      'm 0x10',
      'n 1e999',
      'o nan',
      '# just a remark\n\n \t\np\t1',
      'q{__name__="r"} 1',
      '# TYPE s histogram\ns_bucket{le="0.5"} 1\ns_bucket{le="+Inf"} 2\ns_sum 1.5\ns_count 2',
      '# TYPE t summary\nt{quantile="0.5"} 7\nt_sum 14\nt_count 2',
      'u{x="1" , y = "2" ,} 1',
      '# HELP v\\tw\nv 1',
      '# HELP w a\\tb\nw 1',
      '# TYPE x GAUGE\nx 1',
      'y{} 1',
      'z 1\r',
      '#TYPE aa gauge\naa 1',
      'ab {x="1"} 1',
      'ac{x="a\nb"} 1',
      '# TYPE ad\nad 1',
      'ae -1.5E-3',
      'af _1',
      'ag 1_000',
      'ah .5',
      'ai 5.',
      'aj{x="1"}2',
      '# TYPE ak gauge \nak 1',
    ];
    const files = contents.map((text, index) => [`textfiles/${index}.prom`, text] as const);
    writeTree(root, { files: Object.fromEntries(files) });
    const sampler = samplers.filter(({ name }) => name === 'textfile');
    const ours = await ourReading(sampler, hostAt(''), { textfile: { directories: [directory] } });
    const other = await theirs(
      '--collector.disable-defaults',
      '--collector.textfile',
      `--collector.textfile.directory=${directory}`,
    );
    const ofFiles = (reading: Reading): [string, number][] =>
      [...reading.values]
        .filter(([series]) => !/^(go_|process_|promhttp_|node_exporter|node_scrape)/.test(series))
        .sort(([a], [b]) => (a < b ? -1 : 1));
    expect(ofFiles(ours)).toEqual(ofFiles(other));
  });
});
