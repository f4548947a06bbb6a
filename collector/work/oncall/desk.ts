/** On-call as the HTTP side sees it. */
import { isResolved } from '../../core/alerting/alert.ts';
import type { TrackedAlert } from '../../core/alerting/identity.ts';
import { MatcherError, matchesAll } from '../../core/alerting/matcher.ts';
import { parseMatchers } from '../../core/alerting/matcher-parse.ts';
import type { Acknowledgement } from '../../core/oncall/acknowledgement.ts';
import type { Ascent } from '../../core/oncall/ladder.ts';
import type { Maintenance } from '../../core/oncall/maintenance.ts';
import type { AlertReport } from '../../core/oncall/report.ts';
import type { AlertingView } from '../../ports/alerting.ts';
import {
  type AcknowledgeRequest,
  type AlertChoice,
  type AlertCondition,
  type ClimbView,
  type LinkView,
  type MaintenanceDraft,
  type OnCallAlert,
  OnCallError,
  type OnCallView,
} from '../../ports/oncall.ts';
import type { ToldAlert } from './links.ts';
import type { OnCall } from './oncall.ts';
import { makeReport } from './reports.ts';
import { holding, namesOf } from './stages.ts';

const DEFAULT_ACKNOWLEDGE_MS = 4 * 3_600_000;

export class OnCallDesk implements OnCallView {
  private readonly onCall: OnCall;
  private readonly views: Pick<AlertingView, 'alerts'>;

  constructor(onCall: OnCall, views: Pick<AlertingView, 'alerts'>) {
    this.onCall = onCall;
    this.views = views;
  }

  alerts(): readonly OnCallAlert[] {
    const now = this.onCall.clock.wall();
    const recurring = holding(this.onCall.recurring, now);
    return this.views.alerts().map((view) => {
      const { labels } = view.alert;
      const acknowledgement = this.onCall.acknowledgements.get(view, now);
      const maintenance = this.onCall.maintenances.of(labels, now);
      const ascent = this.onCall.escalations.ascentOf(labels);
      const mutedBy = [...new Set([...view.mutedBy, ...namesOf(recurring, labels)])].filter(
        (by) => by !== maintenance?.id,
      );
      const escalation = ascent && climbView(ascent);
      return {
        ...view,
        mutedBy,
        conditions: conditionsOf({
          silenced: view.silencedBy.length > 0,
          inhibited: view.inhibitedBy.length > 0,
          muted: mutedBy.length > 0,
          maintenance: maintenance !== undefined,
          acknowledged: acknowledgement !== undefined,
          flapping: this.onCall.flaps.isFlapping(view.fingerprint),
        }),
        ...(acknowledgement && { acknowledgement }),
        ...(maintenance && { maintenance }),
        ...(escalation && { escalation }),
      };
    });
  }

  async acknowledge(request: AcknowledgeRequest): Promise<readonly Acknowledgement[]> {
    if (request.by === '') throw new OnCallError('invalid', 'by: say who takes the alerts');
    const found = await this.chosen(request);
    return this.take(found, request, request.forMs);
  }

  async unacknowledge(choice: AlertChoice, by: string): Promise<readonly string[]> {
    const found = await this.chosen(choice);
    const names = found.map(({ fingerprint }) => fingerprint);
    const gone = await this.onCall.acknowledgements.giveBack(names, by);
    this.onCall.escalations.touch();
    return gone;
  }

  maintenances(): readonly Maintenance[] {
    return this.onCall.maintenances.all();
  }

  async beginMaintenance(draft: MaintenanceDraft): Promise<Maintenance> {
    const made = await this.onCall.maintenances.begin(draft);
    this.onCall.escalations.touch();
    return made;
  }

  async endMaintenance(id: string, by: string): Promise<void> {
    await this.onCall.maintenances.end(id, by);
    this.onCall.escalations.touch();
  }

  climbs(): readonly ClimbView[] {
    return this.onCall.escalations.list().flatMap((ascent) => climbView(ascent) ?? []);
  }

  report(from: number, to: number): Promise<AlertReport> {
    const { alerting, clock, externalUrl } = this.onCall;
    const { store, history } = alerting;
    const idempotencyKey = `report/${from}/${to}`;
    const wish = { name: 'on demand', idempotencyKey, zone: 'UTC', from, to, matchers: [] };
    return makeReport({ store, history, clock, externalUrl }, wish);
  }

  async openLink(token: string): Promise<LinkView> {
    const opened = await this.onCall.links.open(token);
    if (!opened.ok) return opened;
    const still = new Set(this.stillFiring(opened.alerts).map(({ fingerprint }) => fingerprint));
    return { ok: true, alerts: this.alerts().filter(({ fingerprint }) => still.has(fingerprint)) };
  }

  async useLink(token: string, by: string): Promise<LinkView> {
    const opened = await this.onCall.links.open(token);
    if (!opened.ok) return opened;
    const open = this.stillFiring(opened.alerts);
    const who = by === '' ? 'reader of the message' : by;
    await this.take(open, { by: who, comment: '', via: 'link' }, undefined);
    return this.openLink(token);
  }

  private async take(
    alerts: readonly TrackedAlert[],
    who: Pick<AcknowledgeRequest, 'by' | 'comment' | 'via'>,
    forMs: number | undefined,
  ): Promise<readonly Acknowledgement[]> {
    if (alerts.length === 0) return [];
    const now = this.onCall.clock.wall();
    const until = ({ alert }: TrackedAlert): number => {
      const ladder = this.onCall.escalations.ladderOf(alert.labels);
      const longest = ladder?.acknowledgeTimeout ?? Number.POSITIVE_INFINITY;
      return now + Math.min(forMs ?? ladder?.acknowledgeTimeout ?? DEFAULT_ACKNOWLEDGE_MS, longest);
    };
    const { by, comment, via } = who;
    const made = await this.onCall.acknowledgements.take(alerts, { by, comment, via }, until);
    this.onCall.escalations.touch();
    return made;
  }

  private async chosen(choice: AlertChoice): Promise<readonly TrackedAlert[]> {
    const { fingerprints, matchers, notification } = choice;
    const given = [fingerprints, matchers, notification].filter((one) => one !== undefined);
    if (given.length !== 1) {
      const wish = 'name the alerts by one of fingerprints, matchers or notification';
      throw new OnCallError('invalid', wish);
    }
    if (fingerprints !== undefined) return fingerprints.map((one) => this.firing(one));
    if (matchers !== undefined) return this.matching(matchers);
    const told = await this.onCall.links.ofNotification(notification ?? '');
    if (told === undefined) {
      throw new OnCallError(
        'unknown',
        `no notification has the key ${JSON.stringify(notification)}`,
      );
    }
    return this.stillFiring(told);
  }

  private firing(fingerprint: string): TrackedAlert {
    const { alerting, clock } = this.onCall;
    const found = alerting.store.get(fingerprint);
    if (found === undefined || isResolved(found.alert, clock.wall())) {
      throw new OnCallError('unknown', `no firing alert has the fingerprint ${fingerprint}`);
    }
    return found;
  }

  private matching(texts: readonly string[]): readonly TrackedAlert[] {
    const now = this.onCall.clock.wall();
    try {
      const matchers = texts.flatMap((text) => parseMatchers(text));
      if (matchers.length === 0) throw new OnCallError('invalid', 'matchers: give one at least');
      const all = [...this.onCall.alerting.store.all()];
      return all.filter(
        ({ alert }) => !isResolved(alert, now) && matchesAll(matchers, alert.labels),
      );
    } catch (error) {
      if (!(error instanceof MatcherError)) throw error;
      throw new OnCallError('invalid', `matchers: ${error.message}`);
    }
  }

  private stillFiring(told: readonly ToldAlert[]): readonly TrackedAlert[] {
    const { alerting, clock } = this.onCall;
    const now = clock.wall();
    return told.flatMap(({ fingerprint, startsAt }) => {
      const found = alerting.store.get(fingerprint);
      const same = found?.alert.startsAt === startsAt && !isResolved(found.alert, now);
      return same ? [found] : [];
    });
  }
}

function conditionsOf(found: Readonly<Record<AlertCondition, boolean>>): AlertCondition[] {
  return (Object.keys(found) as AlertCondition[]).filter((name) => found[name]);
}

function climbView({ escalation, groupKey, climb }: Ascent): ClimbView | undefined {
  if (climb === undefined) return undefined;
  const { startedAt, round, step, dueAt } = climb;
  const next = dueAt < Number.MAX_SAFE_INTEGER ? { dueAt } : {};
  return { escalation, groupKey, startedAt, round, step, ...next };
}
