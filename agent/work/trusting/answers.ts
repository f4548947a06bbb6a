/** What a check for updates means for a package that is wanted. */
import type { Refusal } from '../../../protocol/tuf/attacks.ts';
import type { Plan } from '../../core/trust/check.ts';
import type { RepositoryName } from '../../core/trust/trusted.ts';
import type { UpdateCode } from '../../core/updates/codes.ts';
import type { TrustedRelease } from '../../ports/updates.ts';

export interface Verdict {
  readonly code: UpdateCode;
  readonly why: string;
}

/** A server that does not answer, or hardly, is tried again; everything else is a refusal. */
export function verdictOf({ attack, file, detail }: Refusal, by: RepositoryName): Verdict {
  const where = `${file} of the ${by === 'director' ? 'director' : 'release repository'}`;
  if (attack === 'drop-request') return { code: 'offline', why: `${where}: ${detail}` };
  const why = `attack: ${attack}: ${where}: ${detail}`;
  return { code: attack === 'slow-retrieval' ? 'offline' : 'untrusted', why };
}

interface Wanted {
  readonly name: string;
  readonly version: string;
}

export function refusal({ name, version }: Wanted, { code, why }: Verdict): TrustedRelease {
  return { ok: false, name, version, code, why };
}

/** What the plan says of a package that is not there yet. */
export function answerFor(wanted: Wanted, plan: Plan): TrustedRelease {
  const { name, version } = wanted;
  const found = plan.installables.find(
    ({ manifest }) => manifest.name === name && manifest.version === version,
  );
  if (found !== undefined) return { ok: true, manifest: found.manifest };
  const others = plan.assigned.flatMap((path) => {
    const [whose, other = ''] = path.split('/');
    return whose === name ? [other] : [];
  });
  const instead = others.length === 0 ? 'nothing of it' : [...new Set(others)].join(', ');
  const why = `the director assigns ${instead} to this device, not ${name} ${version}`;
  return refusal(wanted, { code: 'untrusted', why });
}
