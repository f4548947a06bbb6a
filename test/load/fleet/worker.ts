/** One process of the fleet. argv: its settings as JSON; the bench tells it by IPC what to do. */
import { Device, type Yard } from './device.ts';
import { Histogram } from './histogram.ts';
import { makeTemplates, type Template } from './series.ts';
import {
  type Command,
  newCounts,
  type Report,
  type Status,
  type WorkerSettings,
} from './settings.ts';
import { holdsBack, misbehave, troubleOf } from './trouble.ts';

const STATUS_MS = 50;
const TICK_MS = 500;
const STEP_MS = 5;
const TROUBLE_MS = 4_000;

const settings = JSON.parse(process.argv[2] ?? '{}') as WorkerSettings;
const { series, rows, intervalMs, processes, worker, markers, troubles } = settings;
const templates = makeTemplates(series, rows, intervalMs);
const ackLatency = new Histogram();
const yard: Yard = {
  settings,
  counts: newCounts(),
  ackLatency,
  online: 0,
  held: 0,
  lastOnlineAt: 0,
  running: false,
};
const devices = makeDevices();
let stepping: NodeJS.Timeout | undefined;
let dueIndex = 0;
let dueRound = 0;
let startedAt = 0;
/** Nobody misbehaves any more. */
let calm = false;

function makeDevices(): Device[] {
  const made: Device[] = [];
  // Markers are spread over the fleet, and never on a device that misbehaves.
  const apart = Math.max(1, Math.floor(settings.devices / markers));
  for (let i = worker; i < settings.devices; i += processes) {
    const marked = markers > 0 && i % apart === Math.min(5, apart - 1) && i / apart < markers;
    const index = (settings.firstDevice ?? 0) + i;
    made.push(new Device(yard, index, templates[i % templates.length] as Template, marked));
  }
  return made;
}

/** Every device once in a period, spread over it; the first round begins with the first device. */
function step(): void {
  const period = intervalMs * rows;
  const now = performance.now() - startedAt;
  for (;;) {
    const due = (dueRound + dueIndex / devices.length) * period;
    if (due > now) return;
    yard.counts.lagMs = Math.max(yard.counts.lagMs, now - due);
    const device = devices[dueIndex] as Device;
    const late = holdsBack(troubleOf(device.index, troubles));
    device.sample(!late);
    if (!late) device.pump();
    dueIndex = (dueIndex + 1) % devices.length;
    if (dueIndex === 0) dueRound++;
  }
}

function run(): void {
  startedAt = performance.now();
  yard.running = true;
  if (settings.max) for (const device of devices) device.pump();
  else stepping = setInterval(step, STEP_MS);
}

function hold(): void {
  yard.running = false;
  clearInterval(stepping);
  for (const device of devices) device.pump();
}

function report(reset: boolean): void {
  const ackBuckets = [...ackLatency.buckets];
  send({ kind: 'report', counts: { ...yard.counts }, ackLatency: ackBuckets });
  if (!reset) return;
  Object.assign(yard.counts, newCounts());
  ackLatency.reset();
}

function send(message: Status | Report): void {
  process.send?.(message);
}

process.on('message', (command: Command) => {
  if (command.do === 'connect') for (const device of devices) device.connect();
  else if (command.do === 'run') run();
  else if (command.do === 'hold') hold();
  else if (command.do === 'calm') calm = true;
  else if (command.do === 'report') report(command.reset);
  else process.exit(0);
});
process.on('disconnect', () => process.exit(0));

setInterval(() => {
  const { online, held, lastOnlineAt } = yard;
  send({ kind: 'status', online, held, lastOnlineAt });
}, STATUS_MS);
setInterval(() => {
  const now = performance.now();
  for (const device of devices) device.tick(now);
}, TICK_MS);
setInterval(() => {
  if (!yard.running || calm) return;
  for (const device of devices) {
    const trouble = troubleOf(device.index, troubles);
    if (trouble !== undefined && Math.random() < 0.5) misbehave(device, trouble);
  }
}, TROUBLE_MS);
