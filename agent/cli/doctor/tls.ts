/** Certificates: the broker's is trusted and not about to expire, ours can be read and is valid. */
import type { AgentConfig } from '../../config.ts';
import { daysLeft } from '../../core/doctor.ts';
import type { World } from '../../ports/world.ts';
import type { Diagnosis, Finding } from './diagnosis.ts';
import { fail, ok, warn } from './diagnosis.ts';
import { brokerOf } from './endpoint.ts';
import { tlsFiles } from './tls-files.ts';

const SOON_DAYS = 21;

export const tls: Diagnosis = {
  name: 'TLS',
  async run(world, config) {
    const endpoint = brokerOf(config);
    if (!endpoint.encrypted) return [plainText(endpoint.host)];
    const own = await ownFiles(world, config);
    const answer = await world.tls(endpoint, await tlsFiles(world, config));
    if (!answer.ok) {
      const remedy = 'does the broker speak TLS on this port?';
      return [...own, fail(`no TLS with ${endpoint.host}: ${answer.why}`, remedy)];
    }
    const { protocol, subject, validTo, distrust } = answer.value;
    const left = daysLeft(validTo, world.wall());
    const detail = `${subject}, ${protocol}, ${left} days left`;
    if (distrust !== undefined) {
      const remedy =
        "give the broker's certificate authority in broker.caFile, or correct the clock";
      return [...own, fail(`${detail}: ${distrust}`, remedy)];
    }
    const remedy = "renew the broker's certificate";
    return [...own, left < SOON_DAYS ? warn(detail, remedy) : ok(detail)];
  },
};

function plainText(host: string): Finding {
  const isLocal = host === 'localhost' || host === '::1' || host.startsWith('127.');
  return isLocal
    ? ok('not encrypted, and stays on this machine')
    : warn(`the way to ${host} is not encrypted`, 'use mqtts:// in broker.url');
}

async function ownFiles(world: World, { broker }: AgentConfig): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const key of ['caFile', 'certFile', 'keyFile'] as const) {
    const path = broker[key];
    if (path === undefined) continue;
    const state = await world.path(path);
    if (state?.readable !== true) {
      const detail = `${path} (broker.${key}) ${state === undefined ? 'does not exist' : 'may not be read'}`;
      findings.push(fail(detail, 'check path, owner and mode'));
    } else if (key === 'keyFile' && (state.mode & 0o077) !== 0 && state.ownedByMe) {
      findings.push(warn(`${path} may be read by others`, `chmod 600 ${path}`));
    } else if (key === 'certFile') {
      const end = world.certificateEnd((await world.read(path)) ?? '');
      findings.push(validity(path, end, world.wall()));
    }
  }
  return findings;
}

function validity(path: string, end: ReturnType<World['certificateEnd']>, now: number): Finding {
  if (!end.ok) return fail(`${path} is no certificate: ${end.why}`, 'it must be PEM');
  const left = daysLeft(end.value, now);
  const detail = `${path}: ${left} days left`;
  if (left < 0) return fail(detail, 'renew it');
  return left < SOON_DAYS ? warn(detail, 'renew it') : ok(detail);
}
