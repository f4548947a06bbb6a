/** A device with the agent's real parts for updates, and the collector's real parts that serve it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type FastifyInstance, fastify } from 'fastify';
import { UpdateDesk, type UpdateDeskDeps } from '../../../agent/app/update-desk.ts';
import { Updates, type UpdatesDeps } from '../../../agent/app/updates.ts';
import { type CareConfig, defaultCare } from '../../../agent/config/care.ts';
import type { AgentConfig } from '../../../agent/config.ts';
import { createClock } from '../../../agent/io/clock.ts';
import { openFacts } from '../../../agent/io/facts.ts';
import { createRunner } from '../../../agent/io/runner.ts';
import type { Journal } from '../../../agent/ports/caretaking.ts';
import { refusals } from '../../../collector/io/http/refusals.ts';
import { releases } from '../../../collector/io/http/releases.ts';
import { openDirector } from '../../../collector/io/releases/director.ts';
import { ReleaseFolder } from '../../../collector/io/releases/folder.ts';
import { openReleaseShelf } from '../../../collector/io/releases/shelf.ts';
import type { ReportBody } from '../../../protocol/messages/report.ts';
import type { ReleaseManifest } from '../../../protocol/release.ts';
import { hashedPath } from '../../../protocol/tuf/paths.ts';
import { silentLog } from '../silent-log.ts';
import { tempFolder } from '../temp-folder.ts';
import { DEVICE, NOW, released, World } from '../trust/world.ts';
import type { Made } from '../updates/releases.ts';

export type Told = ReportBody & { readonly id: string };
type Event = Parameters<Journal['event']>[0];

/** The time stands still unless a test moves it. */
export interface Hands {
  now: number;
}

export async function joined() {
  const temp = await tempFolder('joined');
  const at = (...parts: string[]) => join(temp.path, ...parts);
  const hands: Hands = { now: NOW };
  const people = new World();
  let assigned: readonly ReleaseManifest[] = [];
  let edition = 0;
  const director = await openDirector(at('director'), {
    now: () => hands.now,
    assigned: (device) => (device === DEVICE ? assigned.flatMap(({ files }) => files) : undefined),
    seen: () => 0,
  });
  await save(at('releases/metadata/1.root.json'), Buffer.from(people.state.release.root));
  await save(at('trust/release.root.json'), Buffer.from(people.state.release.root));
  const root = await director.file(DEVICE, '1.root.json');
  await save(at('trust/director.root.json'), root ?? Buffer.alloc(0));
  const asked: string[] = [];
  let server: FastifyInstance | undefined;
  let port = 0;

  async function up(): Promise<void> {
    server = fastify({ forceCloseConnections: true });
    server.addHook('onRequest', (request, _reply, done) => {
      asked.push(request.url);
      done();
    });
    refusals(server, silentLog);
    const shelf = openReleaseShelf(new ReleaseFolder(at('releases')));
    void server.register(releases({ shelf, director, inUse: () => [] }));
    port = Number(new URL(await server.listen({ host: '127.0.0.1', port })).port);
  }

  async function down(): Promise<void> {
    await server?.close();
    server = undefined;
  }

  return {
    ...{ at, asked, hands, up, down },
    /** People sign that these exist, and their files are put there. */
    async publish(...made: readonly Made[]): Promise<void> {
      edition += 1;
      people.release(edition, { targets: released(...made.map((one) => one.manifest)) });
      for (const [name, arrival] of people.files.release) {
        if (arrival.kind === 'bytes') await save(at('releases/metadata', name), arrival.bytes);
      }
      for (const { manifest, bytes } of made) {
        for (const { path, sha256 } of manifest.files) {
          await save(at('releases/targets', hashedPath(path, sha256)), bytes);
        }
      }
    },
    /** The director decides that the device should have these. */
    assign(...made: readonly Made[]): void {
      hands.now += 1000;
      assigned = made.map(({ manifest }) => manifest);
    },
    /** Ready to take updates. */
    async device(more: Partial<DeviceOptions> = {}) {
      const own = await parts(at('agent'), at(), `http://127.0.0.1:${port}`, hands, more);
      return { ...own, updates: await Updates.open(own.deps) };
    },
    /** As the agent has it before it knows whether anything is wanted. */
    async desk(busy: UpdateDeskDeps['busy'], more: Partial<DeviceOptions> = {}) {
      const own = await parts(at('agent'), at(), `http://127.0.0.1:${port}`, hands, more);
      return { ...own, desk: new UpdateDesk({ ...own.deps, busy }) };
    },
    async [Symbol.asyncDispose]() {
      await down();
      await temp[Symbol.asyncDispose]();
    },
  };
}

export interface DeviceOptions extends Pick<UpdatesDeps, 'holds' | 'calm'> {
  readonly updates: Partial<CareConfig['updates']>;
  readonly collector: CareConfig['collector'];
  readonly clockTrusted: boolean;
}

async function parts(
  data: string,
  folder: string,
  url: string,
  hands: Hands,
  { updates, collector = { url }, clockTrusted = true, holds, calm }: Partial<DeviceOptions>,
) {
  await mkdir(data, { recursive: true });
  const reports: Told[] = [];
  const events: Event[] = [];
  const care = defaultCare(folder, '');
  const own = { data, device: DEVICE, ...care, collector };
  const config = {
    ...own,
    updates: { ...care.updates, jitter: 0, ...updates } as CareConfig['updates'],
  };
  const real = createClock();
  const deps: UpdatesDeps = {
    log: silentLog,
    // Far timers (the next try, the next round) do not keep a program of tests alive.
    clock: {
      wall: () => hands.now,
      mono: () => real.mono(),
      after: (ms, action) => (ms > 10_000 ? () => undefined : real.after(ms, action)),
    },
    clockTrusted: () => clockTrusted,
    journal: {
      event: async (event) => {
        await Promise.resolve(events.push(event));
      },
      report: async (id, report) => {
        await Promise.resolve(reports.push({ id, ...report }));
      },
      result: () => Promise.resolve(),
      now: () => hands.now,
    },
    facts: await openFacts(join(data, 'facts')),
    runner: createRunner(),
    helper: { ask: () => Promise.resolve({ ok: false, text: 'there is no helper' }) },
    linkUp: () => true,
    failing: () => [],
    changed: () => undefined,
    restartAgent: () => undefined,
    config: () => config as unknown as AgentConfig & CareConfig,
    ...(holds === undefined ? {} : { holds }),
    ...(calm === undefined ? {} : { calm }),
  };
  return { reports, events, deps, config };
}

async function save(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}
