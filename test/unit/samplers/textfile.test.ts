import { expect, test } from 'vitest';
import type { Metric } from '../../../agent/samplers/sampler.ts';
import { textfile } from '../../../agent/samplers/textfile.ts';
import { memoryHost } from '../../support/memory-host.ts';
import { sampled } from '../../support/samples.ts';

const options = { directories: ['/srv/metrics'] };
const GOOD =
  '# HELP backup_age_seconds Age.\n# TYPE backup_age_seconds gauge\nbackup_age_seconds 7\n';

test('metrics of good files, and the second in which they were written', async () => {
  const host = memoryHost(
    { '/srv/metrics/backup.prom': GOOD, '/srv/metrics/notes.txt': 'no metrics' },
    { modifiedMs: 1_500_000_000_250 },
  );
  expect(await sampled(textfile, host, options)).toEqual({
    backup_age_seconds: 7,
    'node_textfile_mtime_seconds{file="/srv/metrics/backup.prom"}': 1_500_000_000,
    node_textfile_scrape_error: 0,
  });
});

test('a bad file fails alone and is told', async () => {
  const host = memoryHost({
    '/srv/metrics/bad.prom': 'one 1\ntwo oops\n',
    '/srv/metrics/good.prom': GOOD,
    '/srv/metrics/stamped.prom': 'three 3 1500000000000\n',
  });
  expect(await sampled(textfile, host, options)).toEqual({
    backup_age_seconds: 7,
    'node_textfile_mtime_seconds{file="/srv/metrics/good.prom"}': 0,
    node_textfile_scrape_error: 1,
  });
});

test('a series in two files counts once and is told', async () => {
  const host = memoryHost({
    '/srv/metrics/a.prom': 'x{a="1",b="2"} 1\n',
    '/srv/metrics/b.prom': 'x{b="2",a="1"} 2\n',
  });
  const samples = await sampled(textfile, host, options);
  expect(samples['x{a="1",b="2"}']).toBe(1);
  expect(samples['node_textfile_scrape_error']).toBe(1);
});

test('a folder that is not there is told, an empty one is not', async () => {
  expect(await sampled(textfile, memoryHost({}), options)).toEqual({
    node_textfile_scrape_error: 1,
  });
  const empty = memoryHost({ '/srv/metrics/readme': '' });
  expect(await sampled(textfile, empty, options)).toEqual({ node_textfile_scrape_error: 0 });
});

test('more series than allowed: the file that would pass the limit fails', async () => {
  const host = memoryHost({ '/srv/metrics/a.prom': 'a 1\n', '/srv/metrics/b.prom': 'b 1\nc 1\n' });
  const samples = await sampled(textfile, host, { ...options, maxSeries: 2 });
  expect(samples).toMatchObject({ a: 1, node_textfile_scrape_error: 1 });
  expect(samples).not.toHaveProperty('b');
});

test('metrics are the same objects in every cycle, and read again only when the file changed', async () => {
  const files: Record<string, string> = { '/srv/metrics/a.prom': 'a{x="1"} 1\na{x="2"} 2\n' };
  let reads = 0;
  const host = memoryHost(files);
  const counting = {
    ...host,
    read: (path: string) => {
      reads += 1;
      return host.read(path);
    },
  };
  const metrics = async () => {
    const found = new Set<Metric>();
    const raw = await textfile.read(counting, options);
    textfile.parse(raw, (metric) => found.add(metric), options);
    return [...found].filter(({ name }) => name === 'a');
  };
  const [first] = await metrics();
  expect(await metrics()).toEqual([first]);
  expect((await metrics())[0]).toBe(first);
  expect(reads).toBe(1);
  files['/srv/metrics/a.prom'] = 'a{x="1"} 10\n';
  await metrics();
  expect(reads).toBe(2);
});
