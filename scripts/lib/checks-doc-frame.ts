/** What a person wrote for `docs/checks.md`; the tables between come from the registry. */

const before = `# Checks

<!-- Made by scripts/checks-doc.ts from agent/checks; change those and run it again. -->

A check looks at one thing at intervals and answers \`ok\`, \`warning\`, \`critical\` or \`unknown\`. The
device judges by itself, with or without a network, and tells the result as retained \`health\`, as
metrics, as events at every change, and locally by \`muster-agent check\`.

\`\`\`yaml
checks:
  gateway:
    ping: { host: 192.168.1.1 }
    critical: true
  web:
    http: { url: http://192.168.1.20:8080/health, budget: 500ms }
    interval: 30s
    failures: 2
    of: 3
    dependsOn: [gateway]
    labels: { team: line-1 }
    remedy: restart-web
remedies:
  restart-web:
    restart-unit: { unit: web.service }
\`\`\`

A check has a name of its own and exactly one kind. What runs, whom it asks and where it looks is
said in this file alone; the collector may switch a check on and off and set what is marked *remote*.

## When a check has failed

- **Hysteresis.** A check has failed when \`failures\` (2) of the last \`of\` (one more than failures)
  runs were critical; it is good again after \`recoveries\` (1) good runs in a row. The same holds for
  warnings and for \`unknown\`. The first good answer is believed at once.
- **Flapping.** A check that gets worse within 20 runs of getting better must be good for twice as
  many runs the next time, up to 16 times as many. What alternates stays failed instead of going to
  and fro.
- **A run that takes longer than \`timeout\`** is told to stop and has failed, whatever its kind. A
  plug-in that gives up by itself before that says how that counts (most say unknown). One that does
  not stop harms no other check: it is left behind, and not started again before it comes back.
- **Turns.** Checks are due at multiples of their interval from a moment that each device draws when
  its agent starts, so that a fleet that was switched on together does not ask a server all at once.
  Those of one device that are due together run in one turn. What tells a time runs alone, one after
  the other, so that none is measured while another works; what tells none (cpu, disk, file, memory,
  process, temperature) runs beside others like it and before them, but for one that has waited half a
  second. One that runs for half a second already holds up nobody. At most eight run at once. \`jitter\` says how long
  a run may wait; it ends early when another check is due.
- **Grace.** For so long after the agent's start bad runs do not count; good ones do.
- **A run that cannot tell** (\`unknown\`: no permission, a program that is not there) is no failure.
  What had failed stays failed until it is seen to be good, or until 20 runs told nothing.

## Dependencies

While a check in \`dependsOn\` has failed or is unknown, whatever stands behind it is \`unknown\`, not
failed: one failure, one event, one remedy. This holds through any number of steps.

When a run is bad, the checks before it are looked at first if they were not since, and bad runs do
not count while one of those is in doubt: so a gateway that is looked at every five minutes is still
found before everything behind it is said to have failed. Once it is back, what stands behind it is
looked at within seconds and starts with a clean slate.

## The device as a whole

| | when |
|---|---|
| \`unhealthy\` | a check with \`critical: true\` has failed |
| \`degraded\` | another check has failed, or a critical one cannot tell |
| \`healthy\` | otherwise; warnings and checks that did not run yet do not change it |

\`reason\` names the checks. At the start nothing is told of the whole before each check ran once, or for a
minute.

## Remedies

\`remedy\` names one thing to do about it. It is asked for when the check has failed, after
hysteresis and never for what is only unknown; limits, back-off and when it stops trying are the
remedy's own (\`remedies.<name>\`). A check that is good again is told to it as well.

## What is told

| event | when |
|---|---|
| \`check.failed\` | critical after hysteresis; severity \`error\` for critical checks, else \`warning\` |
| \`check.warning\` | from good to warning |
| \`check.unknown\` | it cannot be told any more; attribute \`behind\` names the check before it |
| \`check.recovered\` | good again, or better than it was |
| \`health.changed\` | the device as a whole; attributes \`before\` and \`overall\` |

| metric | |
|---|---|
| \`muster_check_status{check,kind,component,critical,...labels}\` | 1 good (ok, warning), 0 failed; absent while unknown |
| \`muster_check_result{check}\` | the last run alone: 0 ok, 1 warning, 2 critical, 3 unknown |
| \`muster_check_duration_seconds{check}\` | of the last run |
| \`muster_check_runs_total{check,result}\` | runs |
| \`muster_check_budget_total{check,kept}\` | runs that kept their latency budget, and those that did not |
| \`muster_check_value{check,name,unit}\` | what a check measured beside its verdict |
| \`probe_ssl_earliest_cert_expiry{check}\` | Unix time of the earliest end of a certificate |
| \`muster_health\` | 0 healthy, 1 degraded, 2 unhealthy |

Metrics are taken once a minute, whatever the checks' intervals: counters miss nothing, and a change of state is an event
and in \`health\` within a second.

\`health\` is sent again when a state, a reason or the words of a text change, and every ten minutes.

## muster-agent check

\`muster-agent check\` asks the running agent; names choose checks; \`--json\` gives all of it. \`--now\`
runs the checks of the file in the command itself, without hysteresis: good for trying one out. Exit
code 0: healthy, 1: not, 2: wrong usage, 3: no agent answers.
`;

const common = `## Keys of all checks

Beside the key of its kind, under \`checks.<name>\`:
`;

const kinds = `## Kinds

Options stand under the key of the kind. Two-step thresholds have \`warning\` and \`critical\`.
`;

export const checksDocFrame = { before, common, kinds };
