/**
 * Alerts appear and resolve at random while the process that tells of them is killed again and again.
 * At the end each receiver must know exactly what fires.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Random } from '../../support/pipeline/random.ts';
import { disagreements, repeatsIn, wrongRepeats } from './account.ts';
import { startVictim, type Victim } from './child.ts';
import { Receiver } from './receiver.ts';

const RECEIVERS = ['alpha', 'beta'];
const NAMES = ['Disk', 'Memory', 'Down', 'Clock', 'Load', 'Link'];
const INSTANCES = ['a', 'b', 'c', 'd', 'e', 'f'];
const SETTLED_MS = 120_000;

const configFor = (hook: string): string => `
route:
  receiver: beta
  group_by: [alertname]
  group_wait: 50ms
  group_interval: 150ms
  repeat_interval: 1d
  routes:
    - receiver: alpha
      continue: true
    - receiver: beta
      matchers: [alertname=~".+"]
receivers:
  - name: alpha
    webhook_configs: [{ url: "${hook}/" }]
  - name: beta
    webhook_configs: [{ url: "${hook}/" }]
`;

export interface StormResult {
  readonly problems: readonly string[];
  readonly messages: number;
  readonly repeats: number;
  readonly posted: number;
}

export async function storm(
  program: string,
  folder: string,
  rounds: number,
  seed: number,
): Promise<StormResult> {
  const random = new Random(seed);
  const receiver = new Receiver(new Random(seed + 1));
  const config = join(folder, 'alerting.yml');
  await writeFile(config, configFor(await receiver.listen()));
  const run = new Run(random, receiver, () => startVictim(program, join(folder, 'alerts'), config));
  try {
    for (let round = 0; round < rounds; round++) await run.round();
    return await run.finish();
  } finally {
    await receiver.close();
  }
}

class Run {
  private readonly random: Random;
  private readonly receiver: Receiver;
  private readonly start: () => Promise<Victim>;
  private readonly problems: string[] = [];
  /** What the collector has said is durable. */
  private readonly truth = new Map<string, boolean>();
  /** Said, but nobody knows whether it was heard: said again in the next life. */
  private readonly unsure = new Map<string, boolean>();
  private posted = 0;
  private repeats = 0;

  constructor(random: Random, receiver: Receiver, start: () => Promise<Victim>) {
    this.random = random;
    this.receiver = receiver;
    this.start = start;
  }

  /** One life: a storm of a random length, and a kill at a random moment of a random kind. */
  async round(): Promise<void> {
    const { receiver, random } = this;
    receiver.life += 1;
    const victim = await this.start();
    let killed = false;
    const kill = async (): Promise<void> => {
      if (killed) return;
      killed = true;
      receiver.onAnswer = () => {};
      await victim.kill();
    };
    const lifetime = random.between(100, 900);
    const kind = random.pick(['time', 'before', 'after'] as const);
    if (kind !== 'time') {
      let answers = random.between(1, 12);
      receiver.onAnswer = (moment) => {
        if (moment === kind && --answers === 0) void kill();
      };
    }
    const storming = this.post(victim, () => killed);
    await new Promise((resolve) => setTimeout(resolve, lifetime));
    if (!killed) await this.checkCount(victim);
    await kill();
    await storming;
  }

  /** A last life without trouble, until all is as it should be. */
  async finish(): Promise<StormResult> {
    const { receiver } = this;
    receiver.life += 1;
    receiver.calm = true;
    const victim = await this.start();
    const again = [...this.unsure];
    if (again.length > 0) await this.say(victim, new Map(again));
    const end = performance.now() + SETTLED_MS;
    let wrong = this.disagreements();
    while (wrong.length > 0 && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      wrong = this.disagreements();
    }
    await this.checkCount(victim);
    await victim.kill();
    this.problems.push(...wrong, ...wrongRepeats(receiver.heard));
    const { problems, repeats, posted } = this;
    return { problems, repeats, posted, messages: receiver.heard.length };
  }

  private disagreements(): string[] {
    return disagreements(this.receiver.heard, this.truth, RECEIVERS);
  }

  private async post(victim: Victim, over: () => boolean): Promise<void> {
    const { random } = this;
    let first = true;
    while (!over()) {
      const changes = new Map(first ? this.unsure : []);
      first = false;
      for (let i = random.between(1, 8); i > 0; i--) {
        const name = `${random.pick(NAMES)}/${random.pick(INSTANCES)}`;
        if (!changes.has(name)) changes.set(name, !(this.truth.get(name) ?? false));
      }
      if (!(await this.say(victim, changes))) return;
      await new Promise((resolve) => setTimeout(resolve, random.between(0, 40)));
    }
  }

  /** False when the victim did not answer. */
  private async say(victim: Victim, changes: ReadonlyMap<string, boolean>): Promise<boolean> {
    for (const [name, fires] of changes) this.unsure.set(name, fires);
    const now = Date.now();
    const body = [...changes].map(([name, fires]) => {
      const [alertname, instance] = name.split('/');
      const endsAt = new Date(fires ? now + 3_600_000 : now).toISOString();
      return { labels: { alertname, instance }, endsAt, ...(fires && { startsAt: new Date(now) }) };
    });
    try {
      const response = await fetch(`${victim.url}/api/v2/alerts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (!response.ok) this.problems.push(`alerts were refused: ${await response.text()}`);
    } catch {
      return false;
    }
    this.posted += changes.size;
    for (const [name, fires] of changes) {
      this.truth.set(name, fires);
      this.unsure.delete(name);
    }
    return true;
  }

  /** Every repeat that a receiver saw must be one that the victim has counted. */
  private async checkCount(victim: Victim): Promise<void> {
    const { life, heard } = this.receiver;
    const seen = repeatsIn(heard, life);
    const text = await fetch(`${victim.url}/metrics`).then(
      (response) => response.text(),
      () => undefined,
    );
    if (text === undefined) return;
    const counted = Number(/^muster_notifications_repeated_total (\d+)$/m.exec(text)?.[1] ?? -1);
    this.repeats += seen;
    if (counted < seen) this.problems.push(`life ${life}: ${seen} repeats, ${counted} counted`);
  }
}
