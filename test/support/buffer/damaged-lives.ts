/**
 * Lives of a buffer, a damaged file at the end of them, and what a collector makes of all that: each
 * sample is delivered, or lies in the time of a gap.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openBuffer } from '../../../agent/io/buffer/level-buffer.ts';
import type { RecordBuffer, StoredRecord } from '../../../agent/ports.ts';
import { addGap, addReported, type GapRecord } from '../../../collector/core/gaps.ts';
import { DeviceLedger, type Unreported } from '../../../collector/core/ledger.ts';
import { damageFile, filesBelow } from '../fault/damage-file.ts';
import { Random } from '../pipeline/random.ts';
import { tempFolder } from '../temp-folder.ts';
import { EVERYTHING, newRecord, textOf } from './records.ts';
import { copyAsKilled } from './snapshot.ts';

const options = { capBytes: 20_000_000, bootId: 'a boot' };

/** What `work/ingest-event.ts` and `work/numbered.ts` do, without their messages. */
class Collector {
  readonly account = { gaps: [] as GapRecord[], gapsDropped: 0 };
  readonly stored = new Set<number>();
  private readonly ledger = new DeviceLedger();

  take(record: StoredRecord, low: number): void {
    const { epoch, number, from, kind } = record;
    this.note(this.ledger.commit(epoch, number, low, from, from));
    if (kind === 'm') this.ledger.sampled(epoch, from);
    this.stored.add(Number(textOf(record).split('/')[2]));
  }

  hear(buffer: RecordBuffer, now: number): void {
    for (const lost of this.ledger.hear(buffer.epochs(), now, now)) this.note(lost);
  }

  tell(gap: Omit<GapRecord, 'reportedAt'> & { epoch: string }): void {
    addReported(this.account, { ...gap, reportedAt: 0 });
    this.ledger.excuse(gap.epoch, gap.numbers);
  }

  private note(lost: Unreported | undefined): void {
    if (lost !== undefined) addGap(this.account, { ...lost, cause: 'unreported', reportedAt: 0 });
  }
}

class Device {
  readonly samples: { readonly n: number; readonly from: number; readonly to: number }[] = [];
  private readonly folder: string;
  private readonly random: Random;
  private readonly collector: Collector;
  /** After any folder of today was made, and as long in each run. */
  private now = Date.UTC(2100, 0);
  private lives = 0;

  constructor(folder: string, random: Random, collector: Collector) {
    this.folder = folder;
    this.random = random;
    this.collector = collector;
  }

  get path(): string {
    return join(this.folder, `life-${this.lives}`);
  }

  /** Samples and sends for a while, then ends well or is killed. */
  async live(): Promise<void> {
    const { random, path } = this;
    const buffer = await openBuffer({ ...options, path });
    await this.begin(buffer);
    for (let steps = random.between(1, 6); steps > 0; steps--) {
      for (let count = random.between(1, 60); count > 0; count--) await this.sample(buffer);
      if (random.between(0, 2) > 0) await this.deliver(buffer);
    }
    this.lives++;
    if (random.between(0, 1) === 0) await copyAsKilled(path, this.path);
    await buffer.close();
    if (!(await readdir(this.folder)).includes(`life-${this.lives}`)) this.lives--;
  }

  /** Opens, tells what it has to tell, and delivers all that is left. */
  async finish(): Promise<string> {
    const buffer = await openBuffer({ ...options, path: this.path });
    await this.begin(buffer);
    await this.sample(buffer);
    let held = await buffer.take(undefined, EVERYTHING);
    while (held.length > 0) {
      await this.send(buffer, held);
      held = await buffer.take(held.at(-1), EVERYTHING);
    }
    for (const loss of buffer.losses()) this.collector.tell({ ...loss, to: loss.to ?? this.now });
    await buffer.close();
    return buffer.opening.how;
  }

  /** Tells of the epochs, and of how the life before ended. */
  private async begin(buffer: RecordBuffer): Promise<void> {
    this.collector.hear(buffer, this.now);
    const { how, since, previousEpoch } = buffer.opening;
    if (how === 'new' || how === 'clean') return;
    const record = newRecord(0, { kind: 'event', from: this.now, to: this.now });
    const stored = await buffer.append({ ...record, settlesOpening: true });
    const epoch = previousEpoch ?? buffer.epoch;
    this.collector.tell({ from: since, to: this.now, cause: 'damaged', numbers: [], epoch });
    await this.send(buffer, [stored]);
  }

  private async sample(buffer: RecordBuffer): Promise<void> {
    const { random } = this;
    this.now += random.between(1, 20_000);
    const n = this.samples.length + 1;
    const [from, to] = [this.now, this.now + 900];
    this.now = to;
    const kind = random.between(0, 9) === 0 ? 'event' : 'm';
    this.samples.push({ n, from, to });
    const record = newRecord(n, { kind, from, to, bytes: random.between(40, 900) });
    // As the agent does: what was refused waits in memory.
    await buffer.append(record).catch(() => buffer.append(record));
  }

  /** Some of the oldest, or of the newest as long as older ones wait. */
  private async deliver(buffer: RecordBuffer): Promise<void> {
    const { random } = this;
    const held = await buffer.take(undefined, EVERYTHING);
    const count = random.between(0, held.length);
    await this.send(buffer, random.pick([held.slice(0, count), held.slice(held.length - count)]));
  }

  private async send(buffer: RecordBuffer, records: readonly StoredRecord[]): Promise<void> {
    for (const record of records) {
      const low = buffer.held().find(({ epoch }) => epoch === record.epoch)?.low ?? 1;
      this.collector.take(record, low);
    }
    for (const { epoch, number } of records) {
      const range = [{ first: number, last: number }];
      await buffer.acknowledge(epoch, range).catch(() => buffer.acknowledge(epoch, range));
    }
  }
}

const ANYWHERE = ['flip', 'flip', 'flip', 'truncate', 'zero', 'delete'] as const;
/** What is turned there may end the process when LevelDB merges it (buffer-fatal-compaction.test.ts). */
const IN_TABLES = ['truncate', 'delete'] as const;

async function damageOne(folder: string, random: Random): Promise<string> {
  const files = (await filesBelow(folder)).filter((file) => !file.endsWith('LOCK'));
  const file = random.pick(files);
  const way = random.pick(file.endsWith('.ldb') ? IN_TABLES : ANYWHERE);
  await damageFile(file, way, random);
  return `${way} ${file}`;
}

export async function scenario(seed: number): Promise<string> {
  await using folder = await tempFolder('damage-told');
  const random = new Random(seed);
  const collector = new Collector();
  const device = new Device(folder.path, random, collector);
  for (let lives = random.between(1, 4); lives > 0; lives--) await device.live();
  const what = await damageOne(device.path, random);
  const how = await device.finish();
  const { gaps } = collector.account;
  const lost = device.samples.filter(
    ({ n, from, to }) =>
      !(collector.stored.has(n) || gaps.some((gap) => gap.from <= from && to <= gap.to)),
  );
  if (lost.length > 0)
    throw new Error(
      `seed ${seed}: ${how} after ${what}: lost ${JSON.stringify(lost.slice(0, 3))}... (${lost.length}), gaps ${JSON.stringify(gaps)}`,
    );
  return how;
}
