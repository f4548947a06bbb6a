/** Matchers of a route or an inhibition rule, in the three forms in which Alertmanager takes them. */
import {
  CLASSIC_NAME,
  createMatcher,
  type LabelMatcher,
  MatcherError,
  type MatcherOp,
} from '../matcher.ts';
import { parseMatchers } from '../matcher-parse.ts';
import type { Section } from './section.ts';

/** `prefix`: '', `source_` or `target_`. */
export function readMatchers(section: Section, prefix = ''): readonly LabelMatcher[] {
  return [
    ...fromMap(section, `${prefix}match`, '='),
    ...fromMap(section, `${prefix}match_re`, '=~'),
    ...fromTexts(section, `${prefix}matchers`),
  ];
}

function fromMap(section: Section, key: string, op: MatcherOp): LabelMatcher[] {
  return section.textMap(key).flatMap(([name, value]) => {
    if (CLASSIC_NAME.test(name)) {
      return guarded(section, [key, name], () => [createMatcher(name, op, value)]);
    }
    const message = `${JSON.stringify(name)} is not a label name`;
    section.refuse('malformed', [key, name], message, 'such names can stand in matchers');
    return [];
  });
}

function fromTexts(section: Section, key: string): LabelMatcher[] {
  const texts = section.texts(key) ?? [];
  return texts.flatMap((text, i) => guarded(section, [key, String(i)], () => parseMatchers(text)));
}

function guarded(
  section: Section,
  keys: readonly string[],
  read: () => LabelMatcher[],
): LabelMatcher[] {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof MatcherError)) throw error;
    section.refuse('malformed', keys, error.message, 'write one like severity="page" or a=~"b|c"');
    return [];
  }
}
