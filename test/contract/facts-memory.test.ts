/** The `Facts` of tests keep the same promises as those on disk. */
import { factsContract } from '../support/facts/contract.ts';
import { memoryFacts } from '../support/facts/memory-facts.ts';

factsContract(async (test) => {
  const texts = new Map<string, string>();
  await test(() => Promise.resolve(memoryFacts(texts)));
});
