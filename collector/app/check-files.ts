/** What is wrong with the files that the configuration names: rules and alerting. Reads, runs nothing. */
import { formatProblem as formatConfigProblem } from '../../protocol/config/problem.ts';
import { type CollectorConfig, loadCollectorConfig } from '../config.ts';
import { loadConfig } from '../core/alerting/config/load.ts';
import { alertingFiles } from '../io/alerting-files.ts';
import { notifyPorts } from '../io/notify-transports/index.ts';
import { DiskRuleFiles } from '../io/rule-files.ts';
import { loadRules } from '../rules/load.ts';
import { formatProblem } from '../rules/problem.ts';
import { asProblem, notifierChannels } from '../work/alerting/receivers.ts';

/** One line each, for people; empty when all is well. */
export async function problemsOfFiles(path: string | undefined): Promise<readonly string[]> {
  const loaded = await loadCollectorConfig(path, process.env);
  // What is wrong with the file itself was told by whoever asks.
  if (!loaded.ok) return [];
  const { config } = loaded;
  return [...(await ruleProblems(config)), ...(await alertingProblems(config))];
}

async function ruleProblems({ rules: { files } }: CollectorConfig): Promise<readonly string[]> {
  try {
    const texts = await new DiskRuleFiles(() => files, '/').read();
    const missing = files.filter((path) => !/[*?[]/.test(path)).filter(notAmong(texts));
    const absent = missing.map((path) => `rules.files: ${path} does not exist`);
    return [...absent, ...loadRules(texts).problems.map(formatProblem)];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

const notAmong = (texts: readonly { readonly path: string }[]) => (path: string) =>
  texts.every((text) => text.path !== path);

async function alertingProblems({ alerting }: CollectorConfig): Promise<readonly string[]> {
  const files = alertingFiles(alerting.file);
  try {
    const { path, text } = await files.config();
    const say = (found: Parameters<typeof asProblem>[0]) =>
      formatConfigProblem(asProblem(found), path);
    const loaded = loadConfig(text);
    if (!loaded.ok) return loaded.problems.map(say);
    const { global, receivers, templates } = loaded.config;
    const channels = notifierChannels(notifyPorts(NOWHERE, process.env));
    const bound = channels.bind(global, receivers, await files.templates(templates));
    return bound.ok ? [] : bound.findings.map(say);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

/** Nothing is published by a check. */
const NOWHERE = { publish: () => Promise.reject(new Error('this is only a check')) };
