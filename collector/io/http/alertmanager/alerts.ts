/** Alerts: shown alone and in their groups, and taken from outside, e.g. from a Prometheus. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Alert } from '../../../core/alerting/alert.ts';
import { filterAdmits } from '../../../core/alerting/silence.ts';
import { LabelSet } from '../../../core/label-set.ts';
import type { AlertView } from '../../../ports/alerting.ts';
import { ALERTMANAGER, type AlertmanagerDeps } from './deps.ts';
import { fields, items, ParameterError, Params, text, texts, timeOf } from './params.ts';
import { alertGroupsSchema, alertsPostSchema, alertsSchema } from './schemas.ts';

/** A Prometheus sends all it has at once. */
const BODY_BYTES = 33_554_432;

export function alerts(app: FastifyInstance, { alerting, clock }: AlertmanagerDeps): void {
  app.get(`${ALERTMANAGER}/alerts`, { schema: alertsSchema }, (request, reply) => {
    const admits = alertFilter(request, ['active', 'silenced', 'inhibited', 'unprocessed']);
    const receiver = new Params(request).receiver();
    const found = alerting.alerts().filter((view) => admits(view) && view.receivers.some(receiver));
    return reply.send(found.map(shown));
  });

  app.get(`${ALERTMANAGER}/alerts/groups`, { schema: alertGroupsSchema }, (request, reply) => {
    const admits = alertFilter(request, ['active', 'silenced', 'inhibited']);
    const receiver = new Params(request).receiver();
    const groups = alerting
      .groups()
      .filter((group) => receiver(group.receiver))
      .map((group) => ({ ...group, alerts: group.alerts.filter(admits) }))
      .filter((group) => group.alerts.length > 0);
    return reply.send(
      groups.map((group) => ({
        labels: group.labels.toObject(),
        receiver: { name: group.receiver },
        alerts: group.alerts.map(shown),
      })),
    );
  });

  const options = { schema: alertsPostSchema, bodyLimit: BODY_BYTES };
  app.post(`${ALERTMANAGER}/alerts`, options, async (request, reply) => {
    const now = clock.wall();
    const wrong: string[] = [];
    const taken = items(request.body, 'the body').flatMap((one, i): Alert[] => {
      try {
        return [readAlert(one, `alerts[${i}]`, now, alerting.resolveTimeoutMs)];
      } catch (error) {
        if (!(error instanceof ParameterError)) throw error;
        wrong.push(error.message);
        return [];
      }
    });
    if (taken.length > 0) await alerting.put(taken);
    // The valid ones are taken all the same.
    if (wrong.length > 0) throw new ParameterError(wrong.join('; '));
    return reply.code(200).send();
  });
}

type Switch = 'active' | 'silenced' | 'inhibited' | 'unprocessed';

function alertFilter(
  request: FastifyRequest,
  switches: readonly Switch[],
): (view: AlertView) => boolean {
  const params = new Params(request);
  const filter = params.filter();
  const on = new Set(switches.filter((name) => params.flag(name)));
  return (view) => {
    const { labels } = view.alert;
    if (!filterAdmits(filter, (name) => (labels.has(name) ? labels.get(name) : undefined))) {
      return false;
    }
    if (!on.has('silenced') && view.silencedBy.length > 0) return false;
    if (!on.has('inhibited') && view.inhibitedBy.length > 0) return false;
    return on.has('active') || stateOf(view) !== 'active';
  };
}

function stateOf({ silencedBy, inhibitedBy }: AlertView): 'active' | 'suppressed' {
  return silencedBy.length + inhibitedBy.length > 0 ? 'suppressed' : 'active';
}

function shown(view: AlertView): object {
  const { alert, fingerprint, silencedBy, inhibitedBy, mutedBy, receivers } = view;
  return {
    annotations: alert.annotations,
    endsAt: new Date(alert.endsAt).toISOString(),
    fingerprint,
    receivers: receivers.map((name) => ({ name })),
    startsAt: new Date(alert.startsAt).toISOString(),
    status: { inhibitedBy, silencedBy, mutedBy, state: stateOf(view) },
    updatedAt: new Date(alert.updatedAt).toISOString(),
    ...(alert.generatorUrl !== '' && { generatorURL: alert.generatorUrl }),
    labels: alert.labels.toObject(),
  };
}

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

function readAlert(value: unknown, where: string, now: number, resolveTimeoutMs: number): Alert {
  const given = fields(value, where);
  const labels = LabelSet.fromObject(texts(given['labels'], `${where}.labels`));
  const annotations = texts(given['annotations'], `${where}.annotations`);
  if (labels.size === 0) throw new ParameterError(`${where}: at least one label pair required`);
  for (const name of [...Object.keys(labels.toObject()), ...Object.keys(annotations)]) {
    if (!LABEL_NAME.test(name)) {
      throw new ParameterError(`${where}: invalid label name ${JSON.stringify(name)}`);
    }
  }
  const end = timeOf(given['endsAt'], `${where}.endsAt`);
  const startsAt = timeOf(given['startsAt'], `${where}.startsAt`) ?? end ?? now;
  const endsAt = end ?? now + resolveTimeoutMs;
  if (endsAt < startsAt) throw new ParameterError(`${where}: start time must be before end time`);
  const generator = given['generatorURL'] ?? '';
  const generatorUrl = text(generator, `${where}.generatorURL`);
  return { labels, annotations, startsAt, endsAt, generatorUrl, updatedAt: now };
}
