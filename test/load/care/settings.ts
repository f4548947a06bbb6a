/** The configuration that the bench measures: 20 checks at 30 s, a remedy, 10 scheduled tasks. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

export interface Targets {
  readonly folder: string;
  /** A web server that answers, and a broker. */
  readonly http: number;
  readonly mqtt: number;
}

const EVERY = 'interval: 30s, timeout: 5s';

/** 20 checks, of which two start programs or none does. */
export function careLines(targets: Targets, withExec: boolean): readonly string[] {
  const checks = Object.entries({ ...looking(targets), ...(withExec ? starting() : instead()) });
  return [
    'checks:',
    ...checks.map(([name, kind]) => `  ${name}: { ${kind}, ${EVERY} }`),
    'remedies:',
    '  mend: { exec: { program: /bin/true }, limit: 3, backoff: { min: 1m, max: 1h } }',
    'tasks:',
    ...tasks(targets),
  ];
}

function looking({ folder, http, mqtt }: Targets): Record<string, string> {
  const url = (path: string) => `http: { url: "http://127.0.0.1:${http}/${path}", budget: 500ms }`;
  return {
    'web-health': `${url('health')}, remedy: mend, critical: true`,
    'web-page': url('page'),
    'web-body': `http: { url: "http://127.0.0.1:${http}/health", body: fine }`,
    'port-web': `tcp: { host: 127.0.0.1, port: ${http} }`,
    'port-broker': `tcp: { host: 127.0.0.1, port: ${mqtt} }`,
    'port-budget': `tcp: { host: 127.0.0.1, port: ${http}, budget: 50ms }, dependsOn: [port-web]`,
    broker: `mqtt: { host: 127.0.0.1, port: ${mqtt}, clientId: bench-check }`,
    'passwd-there': 'file: { path: /etc/passwd }',
    'hosts-there': 'file: { path: /etc/hosts }',
    'tmp-there': 'file: { path: /tmp }',
    'root-disk': 'disk: { path: / }',
    'tmp-disk': 'disk: { path: /tmp }',
    memory: 'memory: {}',
    cpu: 'cpu: {}',
    // One process each, as on a device: the agents that are compared would all count as `node`.
    'collector-runs': `process: { pattern: "${folder}/program-collector/main.js" }`,
    'collector-small': `process: { pattern: "${folder}/program-collector", memory: { warning: 2GiB } }`,
    certificate: `certificate: { file: ${certificate(folder)} }`,
    temperature: 'temperature: {}',
  };
}

function starting(): Record<string, string> {
  return {
    'plugin-true': 'exec: { program: /bin/true }',
    'plugin-echo': 'exec: { program: /bin/echo, args: ["OK - fine | load=1;5;10"] }',
  };
}

function instead(): Record<string, string> {
  return {
    'shm-disk': 'disk: { path: /dev/shm }',
    'resolver-there': 'file: { path: /etc/resolv.conf }',
  };
}

/** One of them is due soon, so that an executor has run before the measuring begins. */
function tasks({ folder }: Targets): readonly string[] {
  const root = join(folder, 'junk');
  mkdirSync(root, { recursive: true });
  const clean = `clean: { roots: [${root}], maxAge: 30d }`;
  const minute = (new Date().getUTCMinutes() + 1) % 60;
  const daily = Array.from(
    { length: 9 },
    (_, n) => `  daily-${n}: { ${clean}, schedule: { daily: "03:0${n}", jitter: 10m } }`,
  );
  return [...daily, `  hourly: { ${clean}, schedule: { cron: "${minute} * * * *", jitter: 0s } }`];
}

function certificate(folder: string): string {
  const [key, file] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const wanted =
    '-x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj /CN=bench';
  const to = ['-keyout', key, '-out', file];
  execFileSync('openssl', ['req', ...wanted.split(' '), ...to], { stdio: 'ignore' });
  return file;
}
